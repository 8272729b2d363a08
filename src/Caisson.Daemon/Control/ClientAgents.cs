using System.Collections.Concurrent;
using Caisson.Daemon.Sessions;
using Caisson.Engine;
using Caisson.Linux.Agents;
using Caisson.Linux.Files;
using Grpc.Core;

namespace Caisson.Daemon.Control;

/// <summary>SSH agents that a client has, for its build, each behind a socket of this machine until the build ends.</summary>
/// <param name="session">The client.</param>
/// <param name="newDirectory">Makes directories for sockets.</param>
/// <param name="ct">Gives up.</param>
internal sealed class ClientAgents(ClientSession session, Func<string> newDirectory, CancellationToken ct) : ISshAgentProvider, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<(ConnectionSocket Socket, string Directory)?>>> _agents = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public bool Has(string id)
    {
        try
        {
            return OpenAsync(id).GetAwaiter().GetResult() is not null;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task<string?> FindAsync(string id, CancellationToken cancellationToken) => (await OpenAsync(id).WaitAsync(cancellationToken).ConfigureAwait(false))?.Socket.Path;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (Lazy<Task<(ConnectionSocket Socket, string Directory)?>> opened in _agents.Values)
        {
            if (!opened.IsValueCreated || !opened.Value.IsCompletedSuccessfully || await opened.Value.ConfigureAwait(false) is not var (socket, directory))
                continue;
            await socket.DisposeAsync().ConfigureAwait(false);
            DirectoryRemoval.Remove(directory);
        }
    }

    private Task<(ConnectionSocket Socket, string Directory)?> OpenAsync(string id) => _agents.GetOrAdd(id, _ => new(async () =>
    {
        string directory = newDirectory();
        try
        {
            return (await SessionSsh.ForwardAsync(session, id, directory, ct).ConfigureAwait(false), directory);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unimplemented or StatusCode.NotFound or StatusCode.Unknown)
        {
            // Clients say in words of their own that they have none.
            DirectoryRemoval.Remove(directory);
            return null;
        }
        catch (RpcException e) when (!ct.IsCancellationRequested)
        {
            throw new IOException(e.Status.Detail, e);
        }
    })).Value;
}
