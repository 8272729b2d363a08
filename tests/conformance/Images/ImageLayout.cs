using System.Text.Json.Nodes;

namespace Caisson.Conformance.Images;

/// <summary>Reads an OCI image layout in a directory, with one image in it.</summary>
internal static class ImageLayout
{
    public static BuiltImage Read(string directory)
    {
        JsonObject index = Document(File.ReadAllBytes(Path.Combine(directory, "index.json")));
        JsonArray manifests = Member(index, "manifests").AsArray();
        Assert.Single(manifests);
        JsonObject manifest = Document(Blob(directory, manifests[0]));
        return new BuiltImage(
            Document(Blob(directory, Member(manifest, "config"))),
            [.. (manifest["layers"] as JsonArray ?? []).Select(layer => LayerArchive.Read(Blob(directory, layer)))]);
    }

    private static byte[] Blob(string directory, JsonNode? descriptor) =>
        File.ReadAllBytes(Path.Combine(directory, "blobs", Member(descriptor, "digest").GetValue<string>().Replace(':', '/')));

    private static JsonObject Document(byte[] json) => JsonNode.Parse(json)?.AsObject() ?? throw new InvalidDataException("null is not an object");

    private static JsonNode Member(JsonNode? node, string name) => node?[name] ?? throw new InvalidDataException($"there is no member {name}");
}
