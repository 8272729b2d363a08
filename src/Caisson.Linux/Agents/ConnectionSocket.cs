using System.Net.Sockets;
using Caisson.Linux.Native;

namespace Caisson.Linux.Agents;

/// <summary>A socket in a directory of its own; somebody else knows what to do with its connections.</summary>
public sealed class ConnectionSocket : IAsyncDisposable
{
    private const string Name = "socket";
    private const int OwnerOnly = 0x180; // 0600
    private const int MaxConnections = 64;

    private readonly Func<Stream, CancellationToken, Task> _serve;
    private readonly UnixSocketAddress _address;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly SemaphoreSlim _connections = new(MaxConnections);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    private ConnectionSocket(string directory, int mode, (uint Uid, uint Gid)? owner, Func<Stream, CancellationToken, Task> serve)
    {
        Path = System.IO.Path.Combine(directory, Name);
        _serve = serve;
        _address = new UnixSocketAddress(Path);
        _listener.Bind(_address.EndPoint);
        using (DirectoryHandle parent = DirectoryHandle.Open(directory))
        {
            if (owner is { } known)
                parent.SetOwnerOrRoot(Name, known.Uid, known.Gid);
            parent.SetMode(Name, mode);
        }
        _listener.Listen();
        _serving = AcceptAsync();
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Opens a socket of this process's user alone.</summary>
    /// <param name="directory">An empty directory for it.</param>
    /// <param name="serve">Serves a connection, until either side ends it; what it throws ends the connection and nothing else.</param>
    public static ConnectionSocket Open(string directory, Func<Stream, CancellationToken, Task> serve) => new(directory, OwnerOnly, null, serve);

    /// <summary>Opens a socket of somebody's.</summary>
    /// <param name="directory">An empty directory for it.</param>
    /// <param name="mode">Permission bits of the socket.</param>
    /// <param name="owner">Its owner and group.</param>
    /// <param name="serve">Serves a connection, until either side ends it; what it throws ends the connection and nothing else.</param>
    /// <exception cref="SystemCallException">The owner has no number in the user namespace.</exception>
    public static ConnectionSocket Open(string directory, int mode, (uint Uid, uint Gid) owner, Func<Stream, CancellationToken, Task> serve) => new(directory, mode, owner, serve);

    /// <summary>Closes it, with all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _serving.ConfigureAwait(false);
        _listener.Dispose();
        _address.Dispose();
        _connections.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> open = [];
        try
        {
            while (true)
            {
                await _connections.WaitAsync(_stop.Token).ConfigureAwait(false);
                Socket client = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                open.RemoveAll(static t => t.IsCompleted);
                open.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(open).ConfigureAwait(false);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            NetworkStream stream = new(client, ownsSocket: true);
            await using (stream.ConfigureAwait(false))
                await _serve(stream, _stop.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A connection that breaks is closed: its program is told nothing else.
        catch (Exception)
        {
            client.Dispose();
        }
#pragma warning restore CA1031
        finally
        {
            _connections.Release();
        }
    }
}
