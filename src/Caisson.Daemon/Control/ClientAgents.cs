using System.Collections.Concurrent;
using System.Net.Sockets;
using Caisson.Daemon.Sessions;
using Caisson.Engine;
using Caisson.Linux.Agents;
using Caisson.Linux.Files;
using Grpc.Core;

namespace Caisson.Daemon.Control;

/// <summary>SSH agents that a client has, for its build, each behind a socket of this machine until the build ends.</summary>
/// <param name="session">The client.</param>
/// <param name="newDirectory">Makes directories for sockets.</param>
internal sealed class ClientAgents(ClientSession session, Func<string> newDirectory) : ISshAgentProvider, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<(ConnectionSocket Socket, string Directory)?>>> _agents = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _end = new();

    /// <inheritdoc/>
    public async Task<string?> FindAsync(string id, CancellationToken ct) => (await _agents.GetOrAdd(id, _ => new(() => OpenAsync(id))).Value.WaitAsync(ct).ConfigureAwait(false))?.Socket.Path;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        foreach (Lazy<Task<(ConnectionSocket Socket, string Directory)?>> opened in _agents.Values)
        {
            try
            {
                if (await opened.Value.ConfigureAwait(false) is not var (socket, directory))
                    continue;
                await socket.DisposeAsync().ConfigureAwait(false);
                DirectoryRemoval.Remove(directory);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The client did not say, and whoever asked was told.
            }
        }
        _end.Dispose();
    }

    private async Task<(ConnectionSocket Socket, string Directory)?> OpenAsync(string id)
    {
        string directory = newDirectory();
        try
        {
            return (await SessionSsh.ForwardAsync(session, id, directory, _end.Token).ConfigureAwait(false), directory);
        }
        catch (RpcException e)
        {
            DirectoryRemoval.Remove(directory);
            _end.Token.ThrowIfCancellationRequested();
            // Clients say in words of their own that they have none.
            return e.StatusCode is StatusCode.Unimplemented or StatusCode.NotFound or StatusCode.Unknown ? null : throw new IOException(e.Status.Detail, e);
        }
        catch (SocketException e)
        {
            DirectoryRemoval.Remove(directory);
            throw new IOException($"the agent \"{id}\" gets no socket: {e.Message}", e);
        }
    }
}
