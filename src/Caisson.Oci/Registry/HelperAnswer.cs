using System.Text.Json.Serialization;

namespace Caisson.Oci.Registry;

/// <summary>What a credential helper prints.</summary>
/// <remarks>docker-credential-helpers, "Development": the protocol of <c>get</c>.</remarks>
internal sealed class HelperAnswer
{
    [JsonPropertyName("Username")]
    public string? Username { get; set; }

    [JsonPropertyName("Secret")]
    public string? Secret { get; set; }
}
