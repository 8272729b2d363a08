using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Oci.Model;

namespace Caisson.Oci.Json;

/// <summary>The JSON of <see cref="ImageManifest"/>.</summary>
internal static class ManifestJson
{
    /// <summary>Reads a manifest at its first token.</summary>
    public static ImageManifest Read(ref Utf8JsonReader reader)
    {
        int? schemaVersion = null;
        string? mediaType = null, artifactType = null;
        Descriptor? config = null, subject = null;
        ImmutableArray<Descriptor>? layers = null;
        ImmutableSortedDictionary<string, string>? annotations = null;
        Dictionary<string, JsonElement>? unknown = null;
        JsonFields.Enter(ref reader);
        while (JsonFields.Next(ref reader))
        {
            if (reader.ValueTextEquals("schemaVersion"u8))
                schemaVersion = JsonFields.SmallNumberOrNull(ref reader);
            else if (reader.ValueTextEquals("mediaType"u8))
                mediaType = JsonFields.TextOrNull(ref reader);
            else if (reader.ValueTextEquals("artifactType"u8))
                artifactType = JsonFields.TextOrNull(ref reader);
            else if (reader.ValueTextEquals("config"u8))
                config = DescriptorJson.ReadOrNull(ref reader);
            else if (reader.ValueTextEquals("layers"u8))
                layers = DescriptorJson.ReadList(ref reader);
            else if (reader.ValueTextEquals("subject"u8))
                subject = DescriptorJson.ReadOrNull(ref reader);
            else if (reader.ValueTextEquals("annotations"u8))
                annotations = JsonFields.MapOrNull(ref reader);
            else
                JsonFields.Keep(ref reader, ref unknown);
        }
        return new ImageManifest
        {
            SchemaVersion = schemaVersion ?? throw new JsonException("\"schemaVersion\" is missing"),
            MediaType = mediaType,
            ArtifactType = artifactType,
            Config = JsonFields.Required(config, "config"),
            Layers = layers ?? throw new JsonException("\"layers\" is missing"),
            Subject = subject,
            Annotations = annotations,
            Unknown = unknown,
        };
    }

    /// <summary>Writes a manifest.</summary>
    public static void Write(Utf8JsonWriter writer, ImageManifest manifest)
    {
        writer.WriteStartObject();
        writer.WriteNumber("schemaVersion"u8, manifest.SchemaVersion);
        JsonFields.WriteText(writer, "mediaType"u8, manifest.MediaType);
        JsonFields.WriteText(writer, "artifactType"u8, manifest.ArtifactType);
        DescriptorJson.Write(writer, "config"u8, manifest.Config);
        DescriptorJson.Write(writer, "layers"u8, manifest.Layers);
        DescriptorJson.Write(writer, "subject"u8, manifest.Subject);
        JsonFields.WriteMap(writer, "annotations"u8, manifest.Annotations);
        JsonFields.WriteUnknown(writer, manifest.Unknown);
        writer.WriteEndObject();
    }
}
