using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Caisson.IntegrationTests.Testing;

/// <summary>A real git daemon for the repositories of a directory, on loopback, on a port that the system chooses.</summary>
internal sealed class GitDaemon : IAsyncDisposable
{
    private readonly string _directory;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    /// <summary>Starts it.</summary>
    public GitDaemon(string directory)
    {
        Tool.Require("git");
        _directory = directory;
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>Its address.</summary>
    public string Address => $"git://{_listener.LocalEndpoint}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient own = client;
        ProcessStartInfo start = new("git", ["daemon", "--inetd", "--export-all", "--base-path=" + _directory, _directory]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using Process git = Process.Start(start) ?? throw new InvalidOperationException("git did not start");
        try
        {
            NetworkStream stream = client.GetStream();
            Task asked = stream.CopyToAsync(git.StandardInput.BaseStream, _stop.Token);
            await git.StandardOutput.BaseStream.CopyToAsync(stream, _stop.Token);
            client.Client.Shutdown(SocketShutdown.Send);
            await Task.WhenAny(asked, git.WaitForExitAsync(_stop.Token));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The client has gone.
        }
        finally
        {
            if (!git.HasExited)
                git.Kill(entireProcessTree: true);
        }
    }
}
