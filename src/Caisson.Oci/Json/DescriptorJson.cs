using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Oci.Model;

namespace Caisson.Oci.Json;

/// <summary>The JSON of <see cref="Descriptor"/> and <see cref="Platform"/>.</summary>
internal static class DescriptorJson
{
    /// <summary>Reads a descriptor at its first token.</summary>
    public static Descriptor Read(ref Utf8JsonReader reader)
    {
        string? mediaType = null, artifactType = null;
        Digest? digest = null;
        long? size = null;
        ImmutableArray<string>? urls = null;
        ImmutableSortedDictionary<string, string>? annotations = null;
        Platform? platform = null;
        Dictionary<string, JsonElement>? unknown = null;
        JsonFields.Enter(ref reader);
        while (JsonFields.Next(ref reader))
        {
            if (reader.ValueTextEquals("mediaType"u8))
                mediaType = JsonFields.Text(ref reader);
            else if (reader.ValueTextEquals("digest"u8))
                digest = JsonFields.Digest(ref reader);
            else if (reader.ValueTextEquals("size"u8))
                size = JsonFields.NumberOrNull(ref reader);
            else if (reader.ValueTextEquals("urls"u8))
                urls = JsonFields.TextsOrNull(ref reader);
            else if (reader.ValueTextEquals("annotations"u8))
                annotations = JsonFields.MapOrNull(ref reader);
            else if (reader.ValueTextEquals("platform"u8))
                platform = ReadPlatform(ref reader);
            else if (reader.ValueTextEquals("artifactType"u8))
                artifactType = JsonFields.TextOrNull(ref reader);
            else
                JsonFields.Keep(ref reader, ref unknown);
        }
        return new Descriptor
        {
            MediaType = JsonFields.Required(mediaType, "mediaType"),
            Digest = JsonFields.Required(digest, "digest"),
            Size = size ?? throw new JsonException("\"size\" is missing"),
            Urls = urls,
            Annotations = annotations,
            Platform = platform,
            ArtifactType = artifactType,
            Unknown = unknown,
        };
    }

    /// <summary>Reads the value of a field that is a descriptor or null.</summary>
    public static Descriptor? ReadOrNull(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? null : Read(ref reader);
    }

    /// <summary>Reads the value of a field that is a list of descriptors.</summary>
    public static ImmutableArray<Descriptor> ReadList(ref Utf8JsonReader reader)
    {
        if (!JsonFields.EnterList(ref reader))
            return [];
        ImmutableArray<Descriptor>.Builder list = ImmutableArray.CreateBuilder<Descriptor>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            list.Add(Read(ref reader));
        return list.ToImmutable();
    }

    /// <summary>Writes a field that is a descriptor and may be missing.</summary>
    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, Descriptor? descriptor)
    {
        if (descriptor is null)
            return;
        writer.WritePropertyName(name);
        Write(writer, descriptor);
    }

    /// <summary>Writes a list of descriptors.</summary>
    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ImmutableArray<Descriptor> descriptors)
    {
        writer.WriteStartArray(name);
        foreach (Descriptor descriptor in descriptors)
            Write(writer, descriptor);
        writer.WriteEndArray();
    }

    /// <summary>Writes a descriptor.</summary>
    public static void Write(Utf8JsonWriter writer, Descriptor descriptor)
    {
        writer.WriteStartObject();
        writer.WriteString("mediaType"u8, descriptor.MediaType);
        writer.WriteString("digest"u8, descriptor.Digest.Value);
        writer.WriteNumber("size"u8, descriptor.Size);
        JsonFields.WriteTexts(writer, "urls"u8, descriptor.Urls);
        JsonFields.WriteMap(writer, "annotations"u8, descriptor.Annotations);
        if (descriptor.Platform is { } platform)
        {
            writer.WriteStartObject("platform"u8);
            writer.WriteString("architecture"u8, platform.Architecture);
            writer.WriteString("os"u8, platform.Os);
            JsonFields.WriteText(writer, "os.version"u8, platform.OsVersion);
            JsonFields.WriteTexts(writer, "os.features"u8, platform.OsFeatures);
            JsonFields.WriteText(writer, "variant"u8, platform.Variant);
            writer.WriteEndObject();
        }
        JsonFields.WriteText(writer, "artifactType"u8, descriptor.ArtifactType);
        JsonFields.WriteUnknown(writer, descriptor.Unknown);
        writer.WriteEndObject();
    }

    private static Platform? ReadPlatform(ref Utf8JsonReader reader)
    {
        string? architecture = null, os = null, osVersion = null, variant = null;
        ImmutableArray<string>? osFeatures = null;
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        JsonFields.Enter(ref reader);
        while (JsonFields.Next(ref reader))
        {
            if (reader.ValueTextEquals("architecture"u8))
                architecture = JsonFields.Text(ref reader);
            else if (reader.ValueTextEquals("os"u8))
                os = JsonFields.Text(ref reader);
            else if (reader.ValueTextEquals("os.version"u8))
                osVersion = JsonFields.TextOrNull(ref reader);
            else if (reader.ValueTextEquals("os.features"u8))
                osFeatures = JsonFields.TextsOrNull(ref reader);
            else if (reader.ValueTextEquals("variant"u8))
                variant = JsonFields.TextOrNull(ref reader);
            else
                reader.Skip();
        }
        return new Platform
        {
            Architecture = JsonFields.Required(architecture, "architecture"),
            Os = JsonFields.Required(os, "os"),
            OsVersion = osVersion,
            OsFeatures = osFeatures,
            Variant = variant,
        };
    }
}
