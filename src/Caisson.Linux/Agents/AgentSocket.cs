using System.Net.Sockets;
using Caisson.Linux.Native;

namespace Caisson.Linux.Agents;

/// <summary>A socket of its own for one step, behind which is the agent of another: it lists keys and signs, and does nothing else that is asked of an agent.</summary>
public sealed class AgentSocket : IAsyncDisposable
{
    private const string Name = "agent";
    private const int MaxConnections = 64;

    private readonly string _agentPath;
    private readonly UnixSocketAddress _address;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly SemaphoreSlim _connections = new(MaxConnections);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    private AgentSocket(string directory, string agentPath, int mode, (uint Uid, uint Gid) owner)
    {
        Path = System.IO.Path.Combine(directory, Name);
        _agentPath = agentPath;
        _address = new UnixSocketAddress(Path);
        _listener.Bind(_address.EndPoint);
        using (DirectoryHandle parent = DirectoryHandle.Open(directory))
        {
            parent.SetOwnerOrRoot(Name, owner.Uid, owner.Gid);
            parent.SetMode(Name, mode);
        }
        _listener.Listen();
        _serving = ServeAsync();
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Opens a socket.</summary>
    /// <param name="directory">An empty directory for it.</param>
    /// <param name="agentPath">The socket of the agent.</param>
    /// <param name="mode">Permission bits of the socket.</param>
    /// <param name="owner">Its owner and group.</param>
    /// <exception cref="SystemCallException">The owner has no number in the user namespace.</exception>
    public static AgentSocket Open(string directory, string agentPath, int mode, (uint Uid, uint Gid) owner) => new(directory, agentPath, mode, owner);

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

    private async Task ServeAsync()
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

    // A connection that breaks, on either side, is closed: the client is told nothing else by an agent either.
    private async Task ServeAsync(Socket client)
    {
        try
        {
            using UnixSocketAddress address = new(_agentPath);
            using Socket agent = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            NetworkStream fromClient = new(client, ownsSocket: true);
            await using (fromClient.ConfigureAwait(false))
            {
                await agent.ConnectAsync(address.EndPoint, _stop.Token).ConfigureAwait(false);
                NetworkStream toAgent = new(agent);
                await using (toAgent.ConfigureAwait(false))
                    await RelayAsync(fromClient, toAgent).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or InvalidDataException)
        {
            client.Dispose();
        }
        finally
        {
            _connections.Release();
        }
    }

    private async Task RelayAsync(NetworkStream client, NetworkStream agent)
    {
        CancellationToken ct = _stop.Token;
        while (await AgentMessage.ReadAsync(client, ct).ConfigureAwait(false) is { } request)
        {
            ReadOnlyMemory<byte> answer = AgentMessage.Refusal;
            if (AgentMessage.OnlyUsesKeys(request))
            {
                await agent.WriteAsync(request, ct).ConfigureAwait(false);
                answer = await AgentMessage.ReadAsync(agent, ct).ConfigureAwait(false) ?? throw new EndOfStreamException();
            }
            await client.WriteAsync(answer, ct).ConfigureAwait(false);
        }
    }
}
