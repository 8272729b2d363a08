using System.Diagnostics;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Clients;

/// <summary><c>DOCKER_BUILDKIT=1 docker build</c> of a client without a plugin (20.10) against the daemon, beside the same against a Docker engine.</summary>
public sealed class OlderClientTests(TwoEngines engines) : IClassFixture<TwoEngines>
{
    private const string Format = "{{json .Config.Env}}{{json .Config.Cmd}}{{json .Config.WorkingDir}}{{json .Config.Labels}}{{.Os}}/{{.Architecture}}";

    [Fact]
    public async Task A_build_makes_the_same()
    {
        using TempDirectory context = new();
        context.File("files/a", "A").File("skipped/b", "B").File(".dockerignore", "skipped\nkey\nid\n").File("Dockerfile", """
            ARG TAG=wrong
            FROM debian:$TAG AS app
            ARG WHO=nobody
            ENV GREETING="hello $WHO"
            WORKDIR /srv
            COPY . ./
            RUN --mount=type=secret,id=word --mount=type=ssh cp /run/secrets/word /word && test -S "$SSH_AUTH_SOCK" && echo "$GREETING" > /greeting
            CMD ["x"]
            FROM scratch
            COPY none /
            """);
        await Tool.ShellAsync(context.Path, "openssl genrsa -out key 2048 && chmod 600 key");
        string[] arguments =
        [
            "build", "--network=host", "--build-arg", "TAG=bookworm", "--build-arg", "WHO=me", "--target", "app", "--secret", "id=word,src=files/a", "--ssh", "default=key", "--label", "z=y",
            "--add-host", "other:127.0.0.2", "--ulimit", "nofile=100:200", "-t", "older:1", "-t", "older:2", "--iidfile", "id", ".",
        ];
        (await (await engines.Docker.OlderAsync()).TryAsync(context.Path, null, arguments)).Succeeded();
        Outcome own = await (await engines.Caisson.OlderAsync()).TryAsync(context.Path, null, arguments);
        own.Succeeded();
        Assert.Contains("[app 4/4] RUN", own.Error, StringComparison.Ordinal);
        await engines.SameFilesAsync("older:1");
        await engines.SameInspectionAsync("older:2", Format);
        Assert.Equal(File.ReadAllText(context["id"]), await engines.Caisson.RunAsync("image", "inspect", "--format", "{{.Id}}", "older:2"));
    }

    [Theory]
    [InlineData("FROM debian:bookworm\nRUN echo before && exit 7\n")]
    [InlineData("FROM debian:bookworm\nRUN --mount=type=secret,id=none,required true\n")]
    [InlineData("FROM scratch\nNONSENSE\n")]
    [InlineData("FROM scratch\nCOPY none /\n")]
    public async Task What_fails_ends_with_the_same_code(string dockerfile)
    {
        using TempDirectory context = new();
        context.File("Dockerfile", dockerfile);
        Outcome other = await (await engines.Docker.OlderAsync()).TryAsync(context.Path, null, "build", "--network=host", ".");
        Outcome own = await (await engines.Caisson.OlderAsync()).TryAsync(context.Path, null, "build", "--network=host", ".");
        Assert.NotEqual(0, other.ExitCode);
        own.Failed(other.ExitCode);
        if (dockerfile.Contains("exit 7", StringComparison.Ordinal))
            Assert.Equal(other.Error.Trim().Split('\n')[^1], own.Error.Trim().Split('\n')[^1]);
    }

    [Theory]
    [InlineData("build -t kind:tar -", "context.tar")]
    [InlineData("build -t kind:zipped -", "context.tar.gz")]
    [InlineData("build -t kind:text -", "Plain")]
    [InlineData("build -t kind:input -f - .", "Dockerfile")]
    [InlineData("build -t kind:named -f Other .", null)]
    [InlineData("build -t kind:two -o a -o b .", null)]
    public async Task A_context_of_every_kind_has_the_same_files(string command, string? input)
    {
        using TempDirectory context = new();
        context.File("Dockerfile", "FROM scratch\nCOPY files /all/\n").File("Other", "FROM scratch\nCOPY files/a /other\n").File("Plain", "FROM debian:bookworm\nLABEL a=b\n").File("files/a", "A");
        await Tool.ShellAsync(context.Path, "tar --create --file context.tar Dockerfile files; gzip -k context.tar");
        Outcome other = await (await engines.Docker.OlderAsync()).TryAsync(context.Path, input is null ? null : context[input], command.Split(' '));
        Outcome own = await (await engines.Caisson.OlderAsync()).TryAsync(context.Path, input is null ? null : context[input], command.Split(' '));
        Assert.True(other.ExitCode == own.ExitCode, $"Docker:\n{other}\nCaisson:\n{own}");
        if (own.ExitCode == 0)
            await engines.SameFilesAsync(command.Split(' ')[2]);
    }

    // Of Docker's own engine this client may hear before it serves its session, and then it waits for ever: Caisson's answer waits for that.
    [Fact]
    public async Task A_build_that_is_refused_does_not_leave_the_client_waiting()
    {
        using TempDirectory context = new();
        context.File("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
        DockerClient client = await engines.Caisson.OlderAsync();
        for (int i = 0; i < 5; i++)
            Assert.Contains("network mode \"bridge\" not supported by buildkit", (await client.TryAsync(context.Path, null, "build", "--network=bridge", ".")).Failed(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_go_to_the_client_and_a_quiet_build_prints_the_id()
    {
        using TempDirectory context = new();
        context.File("Dockerfile", "FROM scratch\nCOPY files /f\n").File("files/a", "A");
        DockerClient client = await engines.Caisson.OlderAsync();
        (await client.TryAsync(context.Path, null, "build", "-o", "out", ".")).Succeeded();
        Assert.Equal("A", File.ReadAllText(context["out/f/a"]));
        (await client.TryAsync(context.Path, null, "build", "-o", "type=tar,dest=out.tar", ".")).Succeeded();
        Assert.Contains("f/a", await Tool.ShellAsync(context.Path, "tar -tf out.tar"), StringComparison.Ordinal);
        string id = (await client.TryAsync(context.Path, null, "build", "-q", ".")).Succeeded().Trim();
        Assert.Equal(id, await engines.Caisson.RunAsync("image", "inspect", "--format", "{{.Id}}", id[7..19]));
        Outcome failed = await client.TryAsync(context.Path, null, "build", "-q", "--target=none", ".");
        Assert.Contains("none", failed.Failed(1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("KILL")]
    public async Task A_client_that_is_ended_takes_its_build_with_it(string signal)
    {
        using TempDirectory context = new();
        string seconds = signal == "INT" ? "86111" : "86112";
        context.File("Dockerfile", $"FROM debian:bookworm\nRUN sleep {seconds}\n");
        DockerClient client = await engines.Caisson.OlderAsync();
        ProcessStartInfo start = client.Start(context.Path, null, "build", ".");
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!; // it exists
        Task<string> told = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        while (RunningProcesses.With("sleep\0" + seconds) is null)
        {
            Assert.False(process.HasExited);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        await Tool.RunAsync("kill", "-" + signal, process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await RunningProcesses.GoneAsync("sleep\0" + seconds);
        if (signal == "INT")
            Assert.Contains("context canceled", await told, StringComparison.Ordinal);
    }
}
