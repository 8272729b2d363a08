using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Examples;

/// <summary>The example <c>offline-archive</c>: sources in one archive, built with the network cut.</summary>
public sealed partial class OfflineArchiveTests(ExampleBases bases)
{
    private readonly Store _store = bases.Store;

    [Fact]
    public async Task The_archive_is_the_same_wherever_and_whenever_it_is_made()
    {
        using TempDirectory directory = new();
        string first = await ArchiveAsync(directory["first"]);
        string second = await ArchiveAsync(directory["second"], "--no-cache");
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task The_server_is_built_from_the_archive_alone_and_answers()
    {
        using TempDirectory directory = new();
        string context = directory["offline-archive"];
        await ArchiveAsync(context);
        await bases.Debian;
        BuildLog log = await _store.BuildAsync("-t", "catalog", context);
        Assert.True(log.HasStep("bin/server -v"), log.Text);
        Assert.StartsWith("server 1.7.2, go1.", await _store.RunAsync("run", "catalog", "server", "-v"), StringComparison.Ordinal);

        await using Server server = Server.Start(_store.Start("run", "catalog", "server", "-listen", "127.0.0.1:0"));
        string address = (await server.SaysAsync(Listening())).Groups[1].Value;
        using HttpClient http = new() { BaseAddress = new Uri($"http://{address}/") };
        Assert.Equal("the chamber through which people and material go in and out\n", await http.GetStringAsync("lock", TestContext.Current.CancellationToken));
        Assert.Equal(0, await server.StopAsync());

        using JsonDocument config = JsonDocument.Parse(await _store.RunAsync("inspect", "catalog"));
        Assert.Equal("server", config.RootElement.GetProperty("config").GetProperty("Cmd")[0].GetString());
        Assert.True(config.RootElement.GetProperty("config").GetProperty("ExposedPorts").TryGetProperty("7233/tcp", out _));
    }

    [Fact]
    public async Task The_network_is_really_cut()
    {
        using Project project = new(_store, $"FROM {await bases.Debian}\nRUN --network=none cat /proc/net/dev > /dev.txt\n");
        string tar = Path.Combine(project.Path, "out.tar");
        (await project.TryBuildAsync("-o", "type=tar,dest=" + tar)).Succeeded();
        string[] devices = [.. (await Tool.RunAsync("tar", "-xOf", tar, "dev.txt")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2).Select(static line => line.Split(':')[0].Trim())];
        Assert.Equal(["lo"], devices);
    }

    // In a copy of the example: the archive is written beside the script. Returns what the script says of the archive.
    private async Task<string> ArchiveAsync(string copy, params string[] options)
    {
        await bases.Golang;
        await Tool.RunAsync("cp", "-r", Path.Combine(Repository.Examples, "offline-archive"), copy);
        ProcessStartInfo start = _store.Start(options);
        start.FileName = Path.Combine(copy, "archive.sh");
        start.Environment["CAISSON"] = Repository.Binary;
        return (await Tool.CaptureAsync(start)).Succeeded();
    }

    [GeneratedRegex("^listening on (.*)$")]
    private static partial Regex Listening();
}
