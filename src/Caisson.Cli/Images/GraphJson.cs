using System.Text.Json;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Images;

/// <summary>All that an image consists of, for programs. Sizes are in bytes.</summary>
/// <remarks>What is in a document stands where it is named first: a hostile index names one child many times, and that the next.</remarks>
internal static class GraphJson
{
    /// <summary>The document.</summary>
    public static string Write(ImageGraph graph) => JsonOutput.Write(json =>
    {
        json.WriteString("place", graph.Place);
        HashSet<Digest> written = [];
        json.WriteStartObject("root");
        Fields(json, graph, graph.Root, written);
        json.WriteEndObject();
        if (!graph.Referrers.IsEmpty)
            json.WriteObjects("referrers", graph.Referrers, referrer => Fields(json, graph, referrer, written));
    });

    private static void Fields(Utf8JsonWriter json, ImageGraph graph, Descriptor blob, HashSet<Digest> written)
    {
        json.WriteString("digest", blob.Digest.Value);
        json.WriteString("mediaType", blob.MediaType);
        json.WriteNumber("sizeBytes", blob.Size);
        json.WriteOptional("platform", blob.Platform?.ToString());
        json.WriteOptional("artifactType", blob.ArtifactType);
        WriteMap(json, blob.Annotations);
        if (graph.Find(blob.Digest) is not { } document || !written.Add(blob.Digest))
            return;
        if (document.IsIndex)
        {
            json.WriteObjects("manifests", document.ReadIndex().Manifests, part => Fields(json, graph, part, written));
            return;
        }
        ImageManifest manifest = document.ReadManifest();
        json.WriteString("kind", ImageKinds.IsImage(manifest) ? "image" : "artifact");
        json.WriteOptional("subject", manifest.Subject?.Digest.Value);
        json.WriteStartObject("config");
        Fields(json, graph, manifest.Config, written);
        json.WriteEndObject();
        json.WriteObjects("layers", manifest.Layers, layer => Fields(json, graph, layer, written));
    }

    private static void WriteMap(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? map)
    {
        if (map is null)
            return;
        json.WriteStartObject("annotations");
        foreach ((string name, string value) in map)
            json.WriteString(name, value);
        json.WriteEndObject();
    }
}
