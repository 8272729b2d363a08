using System.Collections.Immutable;
using System.Diagnostics;

namespace Caisson.Bench.Build;

/// <summary>A Docker engine of our own, by scripts/docker-engine.sh, warm while it is measured.</summary>
internal sealed class DockerEngine : IAsyncDisposable
{
    private readonly Process _process;

    private DockerEngine(Process process, ImmutableArray<string> command)
    {
        _process = process;
        Command = command;
    }

    /// <summary>The command of its client.</summary>
    public ImmutableArray<string> Command { get; }

    /// <summary>Starts it.</summary>
    /// <param name="directory">For all that it writes.</param>
    public static async Task<DockerEngine> StartAsync(string directory)
    {
        const string Script = "scripts/docker-engine.sh";
        string programs = Path.GetFullPath("artifacts/docker-engine");
        await Tool.RunAsync(Script, "unpack", programs);
        ProcessStartInfo start = new(Script, ["run", programs, directory]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        Process process = Process.Start(start)!;
        if (await process.StandardOutput.ReadLineAsync() != "ready")
            throw new InvalidOperationException("the Docker engine does not start");
        return new DockerEngine(process, ["env", $"DOCKER_CONFIG={directory}/config", $"DOCKER_HOST=unix://{directory}/docker.sock", $"{programs}/root/usr/bin/docker"]);
    }

    /// <summary>All of its processes.</summary>
    public IReadOnlyList<int> Processes() => Machine.TreeOf(_process.Id);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // It ends when its input does.
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
