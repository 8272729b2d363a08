using Caisson.Daemon.Sessions;
using Caisson.Engine;
using Grpc.Core;

namespace Caisson.Daemon.Control;

/// <summary>Secrets that a client has, for its build.</summary>
/// <param name="session">The client.</param>
internal sealed class ClientSecrets(ClientSession session) : ISecretProvider
{
    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> FindAsync(string id, CancellationToken ct)
    {
        try
        {
            return await SessionSecrets.TryGetAsync(session, id, ct).ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            ct.ThrowIfCancellationRequested();
            throw new IOException(e.Status.Detail, e);
        }
    }
}
