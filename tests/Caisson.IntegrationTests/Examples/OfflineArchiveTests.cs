using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Examples;

/// <summary>The example <c>offline-archive</c>: a large server with all of its dependencies, from the distribution's repository to a bundle that others build with the network cut.</summary>
public sealed partial class OfflineArchiveTests(ExampleBases bases)
{
    private readonly Store _store = bases.Store;
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    [Fact]
    public async Task A_large_server_is_packed_trimmed_locked_sealed_and_built_again_elsewhere_to_the_same_digest()
    {
        using TempDirectory directory = new TempDirectory().OpenToAll();
        string context = directory["offline-archive"];

        // 1. The archive is the same wherever and whenever it is made.
        string archive = await PackAsync(context);
        await Tool.RunAsync("cmp", archive, await PackAsync(directory["again"]));
        long lines = await LinesAsync(archive, "*.go");
        Assert.True(lines >= 400_000, $"{lines} lines of Go");
        Assert.True(await LinesAsync(archive, "*/vendor/*.go") >= 150_000);
        Say($"packed twice: {lines} lines of Go, {SizeOf(archive)} bytes");

        // 2. Trimmed, with the proof that the image stays the same. It takes root.
        string small = Path.Combine(context, "small.tar.gz");
        Outcome trimmed = await InAsync(context, "trim", "--archive", "sources.tar.gz", "-o", "small.tar.gz", ".");
        string digest = One(ComesTo(), trimmed.Succeeded() + trimmed.Error);
        Assert.True(SizeOf(small) < SizeOf(archive) * 0.6, $"{SizeOf(small)} bytes of {SizeOf(archive)}");
        Say($"trimmed: {await LinesAsync(small, "*.go")} lines of Go, {SizeOf(small)} bytes; {digest}");
        File.Move(small, archive, overwrite: true);

        // 3. Everything pinned, and nothing else allowed.
        (await InAsync(context, "lock", "--progress=plain", ".")).Succeeded();
        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(context, "Dockerfile.lock"), TestContext.Current.CancellationToken), static line => line.StartsWith("image docker.io/library/golang:1.19 ", StringComparison.Ordinal));
        Outcome built = await InAsync(context, "build", "--progress=plain", "--hermetic", "--locked", "-t", "nats-server", ".");
        Assert.Equal(0, built.ExitCode);
        Assert.Equal(digest, await _store.RunAsync("inspect", "--show", "digest", "nats-server"));

        // 4. Sealed: every step is done anew.
        string bundle = directory["nats-server.bundle"];
        (await InAsync(context, "bundle", "create", "--progress=plain", "--hermetic", "--locked", "-o", bundle, ".")).Succeeded();
        Assert.Contains(digest, await _store.RunAsync("bundle", "inspect", bundle), StringComparison.Ordinal);
        Say($"bundle: {SizeOf(bundle)} bytes");
        Directory.Delete(context, recursive: true);

        // 5. Another user, another folder, another store, no network: the same.
        string home = directory.Make("home");
        ProcessStartInfo start = new Store(Path.Combine(home, "store")).Start("bundle", "build", "--progress=plain", "-t", "nats-server", bundle);
        start.WorkingDirectory = home;
        Outcome rebuilt = await Tool.CaptureAsync(await OrdinaryUser.AsUserAsync(start, home));
        Assert.Contains($"the same: {digest}, nats-server\n", rebuilt.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("network: cut; interfaces of this process: lo\n", rebuilt.Error, StringComparison.Ordinal);
        Say("built again");

        // 6. It serves, and not as root.
        using (JsonDocument config = JsonDocument.Parse(await _store.RunAsync("inspect", "nats-server")))
            Assert.Equal("10001:10001", config.RootElement.GetProperty("config").GetProperty("User").GetString());
        Assert.Equal("nats-server: v2.9.10", await _store.RunAsync("run", "nats-server", "--version"));
        await using (Server server = Server.Start(_store.Start("run", "nats-server", "--addr", "127.0.0.1", "--port", "-1", "--http_port", "-1")))
        {
            using HttpClient http = new() { BaseAddress = new Uri($"http://127.0.0.1:{(await server.SaysAsync(Monitor())).Groups[1].Value}/") };
            await server.SaysAsync(Ready());
            Assert.Equal("{\"status\":\"ok\"}", await http.GetStringAsync("healthz", TestContext.Current.CancellationToken));
        }
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

    // In a copy of the example: the archive is written beside the script. What was fetched once in this store is not fetched again.
    private async Task<string> PackAsync(string copy)
    {
        Tool.Require("go");
        await bases.Golang;
        await Tool.RunAsync("cp", "-r", Path.Combine(Repository.Examples, "offline-archive"), copy);
        ProcessStartInfo start = _store.Start("--progress=plain");
        start.FileName = Path.Combine(copy, "sources.sh");
        start.Environment["CAISSON"] = Repository.Binary;
        Say((await Tool.CaptureAsync(start)).Succeeded().TrimEnd());
        return Path.Combine(copy, "sources.tar.gz");
    }

    private async Task<Outcome> InAsync(string directory, params string[] arguments)
    {
        ProcessStartInfo start = _store.Start(arguments);
        start.WorkingDirectory = directory;
        return await Tool.CaptureAsync(start);
    }

    private static async Task<long> LinesAsync(string archive, string pattern) =>
        long.Parse(await Tool.ShellAsync("/", $"tar -xzOf '{archive}' --no-recursion --wildcards '{pattern}' | wc -l"), CultureInfo.InvariantCulture);

    private static long SizeOf(string file) => new FileInfo(file).Length;

    private static string One(Regex pattern, string text) => pattern.Match(text) is { Success: true } found ? found.Groups[1].Value : throw new Xunit.Sdk.XunitException($"no {pattern} in {text}");

    private void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_watch.Elapsed.TotalSeconds,5:0.0} s  {line}"));

    [GeneratedRegex("^the build comes to the same: (sha256:[0-9a-f]{64})$", RegexOptions.Multiline)]
    private static partial Regex ComesTo();

    [GeneratedRegex(@"Starting http monitor on 127\.0\.0\.1:([0-9]+)$")]
    private static partial Regex Monitor();

    [GeneratedRegex("Server is ready$")]
    private static partial Regex Ready();
}
