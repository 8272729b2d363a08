using System.Diagnostics;

namespace Caisson.IntegrationTests.Testing;

/// <summary>A Docker engine of the test's own, by scripts/docker-engine.sh.</summary>
internal sealed class DockerEngine : IAsyncDisposable
{
    private static readonly string Script = Path.Combine(Repository.Root, "scripts", "docker-engine.sh");
    private static readonly string Programs = Path.Combine(Repository.Root, "artifacts", "docker-engine");

    private readonly Process _process;
    private readonly string _state;

    private DockerEngine(Process process, string state)
    {
        _process = process;
        _state = state;
    }

    public string Address => $"unix://{_state}/docker.sock";

    /// <summary>Fetches it unless an earlier run has, and starts it. Skips the test where that cannot be.</summary>
    /// <param name="state">A directory for all that it writes.</param>
    /// <param name="configuration">Its configuration, JSON.</param>
    public static async Task<DockerEngine> StartAsync(string state, string configuration)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a Docker engine needs root");
        await FetchAsync();
        ProcessStartInfo start = new(Script, ["run", Programs, state, configuration]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{Script} did not start");
        DockerEngine engine = new(process, state);
        if (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) == "ready")
            return engine;
        await engine.DisposeAsync();
        throw new InvalidOperationException("the Docker engine did not start");
    }

    /// <summary>Fetches a program that comes with it unless an earlier run has. Skips the test where that cannot be.</summary>
    /// <returns>Its path.</returns>
    public static async Task<string> ProgramAsync(string name)
    {
        await FetchAsync();
        return Path.Combine(Programs, "root/usr/bin", name);
    }

    /// <summary>Fetches the older client that comes with it unless an earlier run has. Skips the test where that cannot be.</summary>
    /// <returns>Its path.</returns>
    public static async Task<string> OlderClientAsync()
    {
        await FetchAsync();
        return Path.Combine(Programs, "older/usr/bin/docker");
    }

    /// <summary>Fetches a plugin of its client unless an earlier run has. Skips the test where that cannot be.</summary>
    /// <returns>Its path.</returns>
    public static async Task<string> PluginAsync(string name)
    {
        await FetchAsync();
        return Path.Combine(Programs, "root/usr/libexec/docker/cli-plugins", name);
    }

    /// <summary>Runs its client, which must succeed.</summary>
    public async Task<string> RunAsync(params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(Path.Combine(Programs, "root/usr/bin/docker"), arguments);
        start.Environment["DOCKER_HOST"] = Address;
        start.Environment["DOCKER_CONFIG"] = Path.Combine(_state, "config");
        return (await Tool.CaptureAsync(start)).Succeeded().TrimEnd('\n');
    }

    private static async Task FetchAsync()
    {
        Outcome fetched = await Tool.CaptureAsync(new ProcessStartInfo(Script, ["unpack", Programs]));
        Assert.SkipUnless(fetched.ExitCode == 0, $"needs a Docker engine and what comes with it, which could not be fetched: {fetched.Error}");
    }

    public async ValueTask DisposeAsync()
    {
        // It ends when its standard input does.
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
