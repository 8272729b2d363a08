using System.Collections.Immutable;
using System.Diagnostics;

namespace Caisson.Bench.Build;

/// <summary><c>caisson serve</c>, warm while it is measured, and Docker's client for it.</summary>
internal sealed class ServedCaisson : IAsyncDisposable
{
    private readonly Process _process;

    private ServedCaisson(Process process, string address, ImmutableArray<string> command, ImmutableArray<string> buildx)
    {
        _process = process;
        Address = address;
        Command = command;
        Buildx = buildx;
    }

    /// <summary>Where it listens.</summary>
    public string Address { get; }

    /// <summary>The command of the client.</summary>
    public ImmutableArray<string> Command { get; }

    /// <summary>The command of its plugin, which is a program of its own.</summary>
    public ImmutableArray<string> Buildx { get; }

    /// <summary>Starts it.</summary>
    /// <param name="program">The shipped command.</param>
    /// <param name="directory">For all that it writes.</param>
    /// <param name="docker">The engine whose client is used.</param>
    public static async Task<ServedCaisson> StartAsync(string program, string directory, DockerEngine docker)
    {
        Directory.CreateDirectory(directory);
        string address = $"unix://{directory}/caisson.sock";
        // As Docker's engine does without being told.
        string configuration = Path.Combine(directory, "buildkitd.toml");
        await File.WriteAllTextAsync(configuration, "insecure-entitlements = [ \"network.host\" ]\n");
        Process process = Process.Start(new ProcessStartInfo(program, ["--root", directory + "/store", "serve", "--addr", address, "--config", configuration]) { RedirectStandardError = true })!;
        if (await process.StandardError.ReadLineAsync() is not { } said || !said.StartsWith("listening", StringComparison.Ordinal))
        {
            process.Kill();
            throw new InvalidOperationException("caisson serve does not start");
        }
        // Whatever else it writes must not hold it up.
        Task reading = process.StandardError.ReadToEndAsync();
        _ = reading;
        return new ServedCaisson(process, address, Here(docker.Command), Here(docker.Buildx));

        ImmutableArray<string> Here(ImmutableArray<string> command) => [.. command.Select(part => part.StartsWith("DOCKER_HOST=", StringComparison.Ordinal) ? "DOCKER_HOST=" + address : part)];
    }

    /// <summary>The most resident memory that it has had, without what it started.</summary>
    public long PeakBytes => Machine.PeakBytesOf(_process.Id);

    /// <summary>All of its processes.</summary>
    public IReadOnlyList<int> Processes() => Machine.TreeOf(_process.Id);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Tool.RunAsync("kill", "-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
