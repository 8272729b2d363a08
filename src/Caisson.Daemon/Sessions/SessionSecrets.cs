using Caisson.Daemon.Proto.Sessions.Secrets;
using Grpc.Core;

namespace Caisson.Daemon.Sessions;

/// <summary>Secrets of a client. They are asked for when they are needed, and go nowhere but there.</summary>
internal static class SessionSecrets
{
    /// <summary>The content of a secret; null when the client does not have it.</summary>
    /// <exception cref="RpcException">The client cannot say, or is gone.</exception>
    public static async Task<ReadOnlyMemory<byte>?> TryGetAsync(ClientSession session, string id, CancellationToken ct)
    {
        try
        {
            return (await new Secrets.SecretsClient(session.Calls).GetSecretAsync(new GetSecretRequest { ID = id }, cancellationToken: ct).ConfigureAwait(false)).Data.Memory;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.Unimplemented)
        {
            return null;
        }
    }
}
