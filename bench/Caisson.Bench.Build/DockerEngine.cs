using System.Collections.Immutable;
using System.Diagnostics;

namespace Caisson.Bench.Build;

/// <summary>A Docker engine of our own, by scripts/docker-engine.sh, warm while it is measured.</summary>
internal sealed class DockerEngine : IAsyncDisposable
{
    private static readonly string Programs = Path.GetFullPath("artifacts/docker-engine");

    private readonly Process _process;
    private readonly ImmutableArray<string> _environment;

    private DockerEngine(Process process, string directory)
    {
        _process = process;
        _environment = ["env", $"DOCKER_CONFIG={directory}/config", $"DOCKER_HOST=unix://{directory}/docker.sock"];
    }

    /// <summary>The plugin of its client, which is a program of its own.</summary>
    public static string BuildxProgram => Programs + "/root/usr/libexec/docker/cli-plugins/docker-buildx";

    /// <summary>The command of its client.</summary>
    public ImmutableArray<string> Command => [.. _environment, Programs + "/root/usr/bin/docker"];

    /// <summary>The command of the plugin.</summary>
    public ImmutableArray<string> Buildx => [.. _environment, BuildxProgram];

    /// <summary>Starts it.</summary>
    /// <param name="directory">For all that it writes.</param>
    public static async Task<DockerEngine> StartAsync(string directory)
    {
        const string Script = "scripts/docker-engine.sh";
        await Tool.RunAsync(Script, "unpack", Programs);
        ProcessStartInfo start = new(Script, ["run", Programs, directory]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        Process process = Process.Start(start)!;
        if (await process.StandardOutput.ReadLineAsync() != "ready")
            throw new InvalidOperationException("the Docker engine does not start");
        return new DockerEngine(process, directory);
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
