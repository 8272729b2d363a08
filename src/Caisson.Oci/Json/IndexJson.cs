using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Oci.Model;

namespace Caisson.Oci.Json;

/// <summary>The JSON of <see cref="ImageIndex"/>.</summary>
internal static class IndexJson
{
    /// <summary>Reads an index at its first token.</summary>
    public static ImageIndex Read(ref Utf8JsonReader reader)
    {
        int? schemaVersion = null;
        string? mediaType = null, artifactType = null;
        Descriptor? subject = null;
        ImmutableArray<Descriptor>? manifests = null;
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
            else if (reader.ValueTextEquals("manifests"u8))
                manifests = DescriptorJson.ReadList(ref reader);
            else if (reader.ValueTextEquals("subject"u8))
                subject = DescriptorJson.ReadOrNull(ref reader);
            else if (reader.ValueTextEquals("annotations"u8))
                annotations = JsonFields.MapOrNull(ref reader);
            else
                JsonFields.Keep(ref reader, ref unknown);
        }
        return new ImageIndex
        {
            SchemaVersion = schemaVersion ?? throw new JsonException("\"schemaVersion\" is missing"),
            MediaType = mediaType,
            ArtifactType = artifactType,
            Manifests = manifests ?? throw new JsonException("\"manifests\" is missing"),
            Subject = subject,
            Annotations = annotations,
            Unknown = unknown,
        };
    }

    /// <summary>Writes an index.</summary>
    public static void Write(Utf8JsonWriter writer, ImageIndex index)
    {
        writer.WriteStartObject();
        writer.WriteNumber("schemaVersion"u8, index.SchemaVersion);
        JsonFields.WriteText(writer, "mediaType"u8, index.MediaType);
        JsonFields.WriteText(writer, "artifactType"u8, index.ArtifactType);
        DescriptorJson.Write(writer, "manifests"u8, index.Manifests);
        DescriptorJson.Write(writer, "subject"u8, index.Subject);
        JsonFields.WriteMap(writer, "annotations"u8, index.Annotations);
        JsonFields.WriteUnknown(writer, index.Unknown);
        writer.WriteEndObject();
    }
}
