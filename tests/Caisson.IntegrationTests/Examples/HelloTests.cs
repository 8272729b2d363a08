using System.Text.Json;
using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Examples;

/// <summary>The example <c>hello</c>: the smallest safe image.</summary>
public sealed partial class HelloTests(ExampleBases bases)
{
    private readonly Store _store = bases.Store;

    private static string Context => Path.Combine(Repository.Examples, "hello");

    [Fact]
    public async Task The_image_holds_the_program_certificates_zones_one_user_and_nothing_else()
    {
        using TempDirectory directory = new();
        await _store.BuildAsync("-t", "hello-files", "--build-arg", "GO_BASE=" + await bases.Golang, "-o", $"type=tar,dest={directory["files.tar"]}", Context);
        string[] files = (await Tool.RunAsync("tar", "-tf", directory["files.tar"])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] outside = [.. files.Select(static f => f.TrimEnd('/')).Where(static f => !f.StartsWith("usr/share/zoneinfo/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.Equal(
            ["etc", "etc/group", "etc/passwd", "etc/ssl", "etc/ssl/certs", "etc/ssl/certs/ca-certificates.crt", "hello", "usr", "usr/share", "usr/share/zoneinfo"],
            outside);
        Assert.Contains("usr/share/zoneinfo/Europe/Berlin", files);
    }

    [Fact]
    public async Task The_image_runs_as_one_user_that_is_not_root()
    {
        await BuildAsync("hello-config");
        using JsonDocument config = JsonDocument.Parse(await _store.RunAsync("inspect", "hello-config"));
        JsonElement run = config.RootElement.GetProperty("config");
        Assert.Equal("10001:10001", run.GetProperty("User").GetString());
        Assert.Equal("""["/hello"]""", run.GetProperty("Entrypoint").GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal));
        Assert.True(run.GetProperty("ExposedPorts").TryGetProperty("8080/tcp", out _));
    }

    [Fact]
    public async Task The_server_answers_and_stops_when_it_is_told_to()
    {
        await BuildAsync("hello-run");
        await using Server server = Server.Start(_store.Start("run", "-e", "ADDR=127.0.0.1:0", "hello-run"));
        string address = (await server.SaysAsync(Listening())).Groups[1].Value;
        using HttpClient http = new() { BaseAddress = new Uri($"http://{address}/") };
        CancellationToken ct = TestContext.Current.CancellationToken;
        Assert.Matches(@"^Hello from hello \(uid 10001\), go1\.[0-9.]+, process 1\n$", await http.GetStringAsync("", ct));
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0[12]:00 CES?T\n$", await http.GetStringAsync("zones?name=Europe/Berlin", ct));
        Assert.Matches("^[1-9][0-9]+ certificate authorities are trusted\n$", await http.GetStringAsync("certs", ct));
        Assert.Equal(0, await server.StopAsync());
    }

    private async Task BuildAsync(string name) => await _store.BuildAsync("-t", name, "--build-arg", "GO_BASE=" + await bases.Golang, Context);

    [GeneratedRegex("^listening on (.*)$")]
    private static partial Regex Listening();
}
