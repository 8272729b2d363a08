using System.Net.Http.Headers;

namespace Caisson.Oci.Registry;

/// <summary>How a registry wants to be convinced: by a token from a token server, or by user name and password.</summary>
/// <param name="Realm">The token server; null when the registry wants basic authentication.</param>
/// <param name="Service">What the token server calls the registry.</param>
/// <param name="Scope">What the registry says the token must allow; null when it does not say.</param>
/// <remarks>RFC 9110, section 11.6.1; RFC 6750, section 3; Docker registry token authentication.</remarks>
internal sealed record Challenge(Uri? Realm, string? Service, string? Scope)
{
    private const int MaxScopeLength = 4096;

    /// <summary>Whether tokens are wanted.</summary>
    public bool IsBearer => Realm is not null;

    /// <summary>The challenge that an answer makes; of several a token server is preferred. Null when there is none that we can meet.</summary>
    public static Challenge? From(HttpResponseMessage response)
    {
        Challenge? basic = null;
        foreach (AuthenticationHeaderValue header in response.Headers.WwwAuthenticate)
        {
            if (header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
                basic = new Challenge(null, null, null);
            else if (header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) && Bearer(header.Parameter ?? "") is { } bearer)
                return bearer;
        }
        return basic;
    }

    private static Challenge? Bearer(string text)
    {
        Dictionary<string, string> parameters = ChallengeParameters.Read(text);
        if (!Uri.TryCreate(parameters.GetValueOrDefault("realm"), UriKind.Absolute, out Uri? realm))
            return null;
        string? scope = parameters.GetValueOrDefault("scope");
        return new Challenge(realm, parameters.GetValueOrDefault("service"), scope is { Length: > 0 and <= MaxScopeLength } ? scope : null);
    }
}
