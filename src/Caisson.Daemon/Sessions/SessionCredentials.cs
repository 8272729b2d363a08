using System.Collections.Concurrent;
using System.Security.Cryptography;
using Caisson.Daemon.Proto.Sessions.Auth;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Google.Protobuf;
using Grpc.Core;

namespace Caisson.Daemon.Sessions;

/// <summary>Credentials of a client for registries; or, where it does that, tokens that it gets with them, so that they stay where they are.</summary>
internal sealed class SessionCredentials(ClientSession session, TimeProvider time) : ICredentialSource
{
    // The name under which Docker's clients know the registry of names without one.
    private const string DefaultRegistryHost = "registry-1.docker.io";

    private const int MaxLifetimeSeconds = 86400;

    // A client may have to ask a program or a person.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // With it a client would show another time that it is the one whose tokens are kept. They are kept for this session alone, so it only says whether the client
    // gets tokens at all.
    private const int SaltBytes = 32;

    private readonly Auth.AuthClient _client = new(session.Calls);
    private readonly ConcurrentDictionary<string, bool> _getsTokens = new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public async Task<RegistryCredential?> GetAsync(string registryHost, string? repository, CancellationToken ct)
    {
        try
        {
            CredentialsRequest request = new() { Host = HostOf(registryHost) };
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

    /// <inheritdoc/>
    public async Task<GivenToken?> TryGetTokenAsync(WantedToken wanted, CancellationToken ct)
    {
        FetchTokenRequest request = new() { ClientID = "buildkit-client", Host = HostOf(wanted.RegistryHost), Realm = wanted.Realm.AbsoluteUri, Service = wanted.Service ?? "" };
        request.Scopes.AddRange(wanted.Scopes);
        try
        {
            if (!_getsTokens.TryGetValue(wanted.RegistryHost, out bool getsTokens))
                _getsTokens[wanted.RegistryHost] = getsTokens = await GetsTokensAsync(request.Host, ct).ConfigureAwait(false);
            if (!getsTokens)
                return null;
            FetchTokenResponse answer = await _client.FetchTokenAsync(request, deadline: Deadline(), cancellationToken: ct).ConfigureAwait(false);
            return new GivenToken(answer.Token, TimeSpan.FromSeconds(Math.Clamp(answer.ExpiresIn, 0, MaxLifetimeSeconds)));
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            _getsTokens[wanted.RegistryHost] = false;
            return null;
        }
        catch (RpcException e) when (!ct.IsCancellationRequested)
        {
            throw new RegistryException(RegistryErrorKind.Unauthorized, wanted.RegistryHost, $"the client got no token for {wanted.RegistryHost}: {e.Status.Detail}", e);
        }
    }

    // A client that is told not to get tokens (BUILDKIT_NO_CLIENT_TOKEN) has no key for it.
    private async Task<bool> GetsTokensAsync(string host, CancellationToken ct)
    {
        try
        {
            GetTokenAuthorityRequest request = new() { Host = host, Salt = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(SaltBytes)) };
            return (await _client.GetTokenAuthorityAsync(request, deadline: Deadline(), cancellationToken: ct).ConfigureAwait(false)).PublicKey.Length > 0;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable && !ct.IsCancellationRequested)
        {
            return false;
        }
    }

    private static string HostOf(string registryHost) => registryHost == Reference.DefaultRegistry ? DefaultRegistryHost : registryHost;

    private DateTime Deadline() => time.GetUtcNow().UtcDateTime + Patience;
}
