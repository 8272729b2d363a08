using Caisson.Daemon.Sessions;
using Caisson.Engine;
using Grpc.Core;

namespace Caisson.Daemon.Control;

/// <summary>Secrets that a client has, for its build.</summary>
/// <param name="session">The client.</param>
/// <param name="ct">Gives up.</param>
internal sealed class ClientSecrets(ClientSession session, CancellationToken ct) : ISecretProvider
{
    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? Find(string id)
    {
        try
        {
            // Steps ask from threads of their own.
            return SessionSecrets.TryGetAsync(session, id, ct).GetAwaiter().GetResult();
        }
        catch (RpcException e) when (!ct.IsCancellationRequested)
        {
            throw new IOException(e.Status.Detail, e);
        }
    }
}
