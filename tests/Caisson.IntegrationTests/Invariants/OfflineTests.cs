using System.Diagnostics;
using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Invariants;

/// <summary><c>--offline</c>: no socket to outside is opened, whatever the Dockerfile asks for. The system calls of the whole build are watched.</summary>
public sealed partial class OfflineTests(ScratchStore scratch) : IClassFixture<ScratchStore>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("FROM registry.example/base:1\n", "https://registry.example/v2/base/manifests/1 is not asked: this is offline")]
    [InlineData("FROM 127.0.0.1:5999/base:1\n", "127.0.0.1:5999/v2/ is not asked: this is offline")]
    [InlineData("FROM scratch\nADD http://127.0.0.1:5999/file /\n", "http://127.0.0.1:5999/file is not asked: this is offline")]
    [InlineData("FROM scratch\nADD http://127.0.0.1:5999/app.git /src\n", "http://127.0.0.1:5999/app.git is not asked: this is offline")]
    public async Task What_would_have_been_asked_is_named_and_not_asked(string dockerfile, string message)
    {
        using Project project = new(scratch.Store, dockerfile);
        (Outcome outcome, string[] connections) = await TraceAsync(project, "--offline", "build", "--progress=plain", ".");
        Assert.Equal(6, outcome.ExitCode);
        Assert.Contains("CSN4032", outcome.Error, StringComparison.Ordinal);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
        Assert.Empty(connections);
    }

    [Fact]
    public async Task Without_offline_the_watcher_sees_the_connection()
    {
        using Project project = new(scratch.Store, "FROM 127.0.0.1:5999/base:1\n");
        (_, string[] connections) = await TraceAsync(project, "build", "--progress=plain", ".");
        Assert.NotEmpty(connections);
    }

    private static async Task<(Outcome Outcome, string[] Connections)> TraceAsync(Project project, params string[] arguments)
    {
        string strace = Tool.Require("strace");
        ProcessStartInfo program = project.Start(arguments);
        string log = Path.Combine(project.Path, "..", Path.GetFileName(project.Path) + ".calls");
        ProcessStartInfo start = new(strace, ["-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o", log, program.FileName, .. program.ArgumentList]) { WorkingDirectory = project.Path };
        foreach ((string name, string? value) in program.Environment)
            start.Environment[name] = value;
        Outcome outcome = await Tool.CaptureAsync(start);
        string[] lines = await File.ReadAllLinesAsync(log, Ct);
        File.Delete(log);
        return (outcome, [.. lines.Where(static l => Internet().IsMatch(l))]);
    }

    [GeneratedRegex("AF_INET")]
    private static partial Regex Internet();
}
