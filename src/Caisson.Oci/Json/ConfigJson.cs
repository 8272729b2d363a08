using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Oci.Model;

namespace Caisson.Oci.Json;

/// <summary>The JSON of <see cref="ImageConfig"/> with its <see cref="RootFs"/>.</summary>
internal static class ConfigJson
{
    /// <summary>Reads a configuration at its first token.</summary>
    public static ImageConfig Read(ref Utf8JsonReader reader)
    {
        DateTimeOffset? created = null;
        string? author = null, architecture = null, variant = null, os = null, osVersion = null;
        ImmutableArray<string>? osFeatures = null;
        ContainerConfig? config = null;
        RootFs? rootFs = null;
        ImmutableArray<HistoryEntry>? history = null;
        Dictionary<string, JsonElement>? unknown = null;
        JsonFields.Enter(ref reader);
        while (JsonFields.Next(ref reader))
        {
            if (reader.ValueTextEquals("created"u8))
                created = JsonFields.TimeOrNull(ref reader);
            else if (reader.ValueTextEquals("author"u8))
                author = JsonFields.TextOrNull(ref reader);
            else if (reader.ValueTextEquals("architecture"u8))
                architecture = JsonFields.Text(ref reader);
            else if (reader.ValueTextEquals("variant"u8))
                variant = JsonFields.TextOrNull(ref reader);
            else if (reader.ValueTextEquals("os"u8))
                os = JsonFields.Text(ref reader);
            else if (reader.ValueTextEquals("os.version"u8))
                osVersion = JsonFields.TextOrNull(ref reader);
            else if (reader.ValueTextEquals("os.features"u8))
                osFeatures = JsonFields.TextsOrNull(ref reader);
            else if (reader.ValueTextEquals("config"u8))
                config = ContainerConfigJson.ReadOrNull(ref reader);
            else if (reader.ValueTextEquals("rootfs"u8))
                rootFs = ReadRootFs(ref reader);
            else if (reader.ValueTextEquals("history"u8))
                history = HistoryJson.ReadOrNull(ref reader);
            else
                JsonFields.Keep(ref reader, ref unknown);
        }
        return new ImageConfig
        {
            Created = created,
            Author = author,
            Architecture = JsonFields.Required(architecture, "architecture"),
            Variant = variant,
            Os = JsonFields.Required(os, "os"),
            OsVersion = osVersion,
            OsFeatures = osFeatures,
            Config = config ?? new ContainerConfig(),
            RootFs = JsonFields.Required(rootFs, "rootfs"),
            History = history,
            Unknown = unknown,
        };
    }

    /// <summary>Writes a configuration.</summary>
    public static void Write(Utf8JsonWriter writer, ImageConfig config)
    {
        writer.WriteStartObject();
        JsonFields.WriteTime(writer, "created"u8, config.Created);
        JsonFields.WriteText(writer, "author"u8, config.Author);
        writer.WriteString("architecture"u8, config.Architecture);
        JsonFields.WriteText(writer, "variant"u8, config.Variant);
        writer.WriteString("os"u8, config.Os);
        JsonFields.WriteText(writer, "os.version"u8, config.OsVersion);
        JsonFields.WriteTexts(writer, "os.features"u8, config.OsFeatures);
        writer.WritePropertyName("config"u8);
        ContainerConfigJson.Write(writer, config.Config);
        writer.WriteStartObject("rootfs"u8);
        writer.WriteString("type"u8, config.RootFs.Type);
        JsonFields.WriteDigests(writer, "diff_ids"u8, config.RootFs.DiffIds);
        writer.WriteEndObject();
        HistoryJson.Write(writer, "history"u8, config.History);
        JsonFields.WriteUnknown(writer, config.Unknown);
        writer.WriteEndObject();
    }

    private static RootFs ReadRootFs(ref Utf8JsonReader reader)
    {
        string? type = null;
        ImmutableArray<Digest>? diffIds = null;
        JsonFields.EnterValue(ref reader);
        while (JsonFields.Next(ref reader))
        {
            if (reader.ValueTextEquals("type"u8))
                type = JsonFields.Text(ref reader);
            else if (reader.ValueTextEquals("diff_ids"u8))
                diffIds = JsonFields.Digests(ref reader);
            else
                reader.Skip();
        }
        return new RootFs { Type = type ?? RootFs.Layers, DiffIds = diffIds ?? throw new JsonException("\"diff_ids\" is missing") };
    }
}
