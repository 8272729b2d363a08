namespace Caisson.Oci.Registry;

/// <summary>What proves to a registry who we are. Never part of a message, a log or a text.</summary>
public abstract record RegistryCredential
{
    private RegistryCredential()
    {
    }

    /// <summary>A user name and a password, for basic authentication and for token servers.</summary>
    public sealed record Password(string User, string Secret) : RegistryCredential;

    /// <summary>A refresh token that the registry's token server turns into access tokens.</summary>
    /// <remarks>Docker registry OAuth2 token authentication, <c>grant_type=refresh_token</c>.</remarks>
    public sealed record IdentityToken(string Token) : RegistryCredential;

    /// <summary>A bearer token that the registry takes as it is.</summary>
    public sealed record AccessToken(string Token) : RegistryCredential;

    /// <summary>The kind of credential, without its content.</summary>
    public sealed override string ToString() => GetType().Name;
}
