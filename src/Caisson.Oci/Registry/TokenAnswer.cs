using System.Text.Json.Serialization;

namespace Caisson.Oci.Registry;

/// <summary>What a token server answers. Both names of the token are in use.</summary>
/// <remarks>Docker registry token authentication, "Token Response Fields"; OAuth 2.0, RFC 6749, section 5.1.</remarks>
internal sealed class TokenAnswer
{
    [JsonPropertyName("token")]
    public string? Token { get; set; }

    [JsonPropertyName("access_token")]
    public string? AccessToken { get; set; }

    [JsonPropertyName("expires_in")]
    public double? ExpiresInSeconds { get; set; }
}
