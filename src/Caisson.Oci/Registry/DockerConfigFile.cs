using System.Text.Json.Serialization;

namespace Caisson.Oci.Registry;

/// <summary>The parts of Docker's <c>config.json</c> that concern credentials.</summary>
/// <remarks>Docker CLI, "Configuration files"; docker login, "Credential stores" and "Credential helpers".</remarks>
internal sealed class DockerConfigFile
{
    [JsonPropertyName("auths")]
    public Dictionary<string, Entry?>? Auths { get; set; }

    [JsonPropertyName("credsStore")]
    public string? CredsStore { get; set; }

    [JsonPropertyName("credHelpers")]
    public Dictionary<string, string?>? CredHelpers { get; set; }

    internal sealed class Entry
    {
        [JsonPropertyName("auth")]
        public string? Auth { get; set; }

        [JsonPropertyName("username")]
        public string? Username { get; set; }

        [JsonPropertyName("password")]
        public string? Password { get; set; }

        [JsonPropertyName("identitytoken")]
        public string? IdentityToken { get; set; }

        [JsonPropertyName("registrytoken")]
        public string? RegistryToken { get; set; }
    }
}
