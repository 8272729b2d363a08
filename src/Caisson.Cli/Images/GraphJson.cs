using System.Text.Json;
using Caisson.Cli.Json;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Images;

/// <summary>All that an image consists of, for programs. Sizes are in bytes.</summary>
internal static class GraphJson
{
    /// <summary>The document.</summary>
    public static string Write(ImageGraph graph) => JsonOutput.Write(json =>
    {
        json.WriteString("place", graph.Place);
        Write(json, graph, graph.Root, "root");
        if (!graph.Referrers.IsEmpty)
            json.WriteObjects("referrers", graph.Referrers, referrer => Fields(json, graph, referrer));
    });

    private static void Write(Utf8JsonWriter json, ImageGraph graph, Descriptor blob, string name)
    {
        json.WriteStartObject(name);
        Fields(json, graph, blob);
        json.WriteEndObject();
    }

    private static void Fields(Utf8JsonWriter json, ImageGraph graph, Descriptor blob)
    {
        json.WriteString("digest", blob.Digest.Value);
        json.WriteString("mediaType", blob.MediaType);
        json.WriteNumber("sizeBytes", blob.Size);
        json.WriteOptional("platform", blob.Platform?.ToString());
        json.WriteOptional("artifactType", blob.ArtifactType);
        WriteMap(json, blob.Annotations);
        if (graph.Find(blob.Digest) is not { } document)
            return;
        if (document.IsIndex)
        {
            json.WriteObjects("manifests", document.ReadIndex().Manifests, part => Fields(json, graph, part));
            return;
        }
        ImageManifest manifest = document.ReadManifest();
        json.WriteString("kind", ImageKinds.IsImage(manifest) ? "image" : "artifact");
        json.WriteOptional("subject", manifest.Subject?.Digest.Value);
        Write(json, graph, manifest.Config, "config");
        json.WriteObjects("layers", manifest.Layers, layer => Fields(json, graph, layer));
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
