using System.Diagnostics;
using Caisson.Cli.Tests.Testing;

namespace Caisson.Cli.Tests.Docs;

/// <summary>The daemon that pages for Docker's clients take for granted, and the clients.</summary>
internal sealed class DocsDaemon : IAsyncDisposable
{
    /// <summary>Its socket in the pages.</summary>
    public const string SocketInPages = "/run/caisson/caisson.sock";

    private readonly Process _process;
    private readonly Task _reading;

    private DocsDaemon(Process process, string socket)
    {
        _process = process;
        Socket = socket;
        // Whatever else it writes must not hold it up.
        _reading = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Its socket.</summary>
    public string Socket { get; }

    /// <summary>Starts it over the store of who works in a directory, whose home gets docker, buildx and compose.</summary>
    public static async Task<DocsDaemon> StartAsync(string directory)
    {
        string home = Shipped.HomeOf(directory), programs = Repository.At("artifacts/docker-engine");
        (int exitCode, string output) = await Shipped.ShellAsync(directory, """
            "$1" unpack "$2"
            mkdir -p ~/.docker ~/bin
            ln -s "$2/root/usr/bin/docker" ~/bin/
            ln -s "$2/root/usr/libexec/docker/cli-plugins" ~/.docker/
            """, Repository.At("scripts/docker-engine.sh"), programs);
        Assert.True(exitCode == 0, output);

        string socket = Path.Combine(home, "c.sock");
        ProcessStartInfo start = new(Path.Combine(Shipped.Directory, "caisson"), ["serve", "--addr", $"unix://{socket}", "--grace", "1s"]) { RedirectStandardError = true };
        Shipped.SetEnvironment(start, home);
        Process process = Process.Start(start) ?? throw new InvalidOperationException("caisson did not start");
        string? line = await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        DocsDaemon daemon = new(process, socket);
        if (line == $"listening on unix://{socket}")
            return daemon;
        await daemon.DisposeAsync();
        throw new InvalidOperationException($"the daemon says: {line}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }
}
