using System.Text.Json.Serialization;

namespace Caisson.Oci.Registry;

/// <summary>A page of names: tags of a repository, or repositories of a registry.</summary>
/// <remarks>distribution-spec v1.1.1, "Listing Tags"; Docker registry HTTP API V2, "Catalog".</remarks>
internal sealed class NameList
{
    [JsonPropertyName("tags")]
    public List<string?>? Tags { get; set; }

    [JsonPropertyName("repositories")]
    public List<string?>? Repositories { get; set; }
}
