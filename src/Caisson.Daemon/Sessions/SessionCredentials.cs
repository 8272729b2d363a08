using Caisson.Daemon.Proto.Sessions.Auth;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Grpc.Core;

namespace Caisson.Daemon.Sessions;

/// <summary>Credentials of a client for registries.</summary>
internal sealed class SessionCredentials(ClientSession session, TimeProvider time) : ICredentialSource
{
    // The name under which Docker's clients know the registry of names without one.
    private const string DefaultRegistryHost = "registry-1.docker.io";

    // A client may have to ask a program or a person.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Auth.AuthClient _client = new(session.Calls);

    /// <inheritdoc/>
    public async Task<RegistryCredential?> GetAsync(string registryHost, string? repository, CancellationToken ct)
    {
        try
        {
            CredentialsRequest request = new() { Host = registryHost == Reference.DefaultRegistry ? DefaultRegistryHost : registryHost };
            CredentialsResponse answer = await _client.CredentialsAsync(request, deadline: Deadline(), cancellationToken: ct).ConfigureAwait(false);
            return answer.Secret.Length == 0 ? null
                : answer.Username.Length == 0 ? new RegistryCredential.IdentityToken(answer.Secret)
                : new RegistryCredential.Password(answer.Username, answer.Secret);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            return null;
        }
        catch (RpcException e) when (!ct.IsCancellationRequested)
        {
            throw new RegistryException(RegistryErrorKind.Unauthorized, registryHost, $"the client cannot say its credentials for {registryHost}: {e.Status.Detail}", e);
        }
    }

    /// <summary>Lets the client ask a registry's token server, so that its credentials stay where they are.</summary>
    /// <param name="registryHost">The registry.</param>
    /// <param name="realm">The address of the token server.</param>
    /// <param name="service">What that calls the registry.</param>
    /// <param name="scopes">What the token must allow.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The token and how long it lasts; null when the client does not do that.</returns>
    /// <exception cref="RpcException">The client did not get one.</exception>
    public async Task<(string Token, TimeSpan Lifetime)?> TryFetchTokenAsync(string registryHost, string realm, string service, IEnumerable<string> scopes, CancellationToken ct)
    {
        FetchTokenRequest request = new() { ClientID = "buildkit-client", Host = registryHost == Reference.DefaultRegistry ? DefaultRegistryHost : registryHost, Realm = realm, Service = service };
        request.Scopes.AddRange(scopes);
        try
        {
            FetchTokenResponse answer = await _client.FetchTokenAsync(request, deadline: Deadline(), cancellationToken: ct).ConfigureAwait(false);
            return (answer.Token, TimeSpan.FromSeconds(Math.Clamp(answer.ExpiresIn, 0, 86400)));
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            return null;
        }
    }

    /// <summary>The key with which a client proves that it is the one whose tokens are kept; null when it does not do that.</summary>
    /// <exception cref="RpcException">The client cannot say.</exception>
    public async Task<ReadOnlyMemory<byte>?> TryGetTokenAuthorityAsync(string registryHost, ReadOnlyMemory<byte> salt, CancellationToken ct)
    {
        try
        {
            GetTokenAuthorityRequest request = new() { Host = registryHost, Salt = Google.Protobuf.ByteString.CopyFrom(salt.Span) };
            return (await _client.GetTokenAuthorityAsync(request, deadline: Deadline(), cancellationToken: ct).ConfigureAwait(false)).PublicKey.Memory;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unimplemented or StatusCode.Unavailable)
        {
            return null;
        }
    }

    private DateTime Deadline() => time.GetUtcNow().UtcDateTime + Patience;
}
