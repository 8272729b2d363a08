using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Oci.Model;

namespace Caisson.Oci.Json;

/// <summary>The JSON of a list of <see cref="HistoryEntry"/>.</summary>
internal static class HistoryJson
{
    /// <summary>Reads the value of a field that is a history or null.</summary>
    public static ImmutableArray<HistoryEntry>? ReadOrNull(ref Utf8JsonReader reader)
    {
        if (!JsonFields.EnterList(ref reader))
            return null;
        ImmutableArray<HistoryEntry>.Builder history = ImmutableArray.CreateBuilder<HistoryEntry>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            history.Add(ReadEntry(ref reader));
        return history.ToImmutable();
    }

    /// <summary>Writes a history that may be missing.</summary>
    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ImmutableArray<HistoryEntry>? history)
    {
        if (history is not { } entries)
            return;
        writer.WriteStartArray(name);
        foreach (HistoryEntry entry in entries)
        {
            writer.WriteStartObject();
            JsonFields.WriteTime(writer, "created"u8, entry.Created);
            JsonFields.WriteText(writer, "created_by"u8, entry.CreatedBy);
            JsonFields.WriteText(writer, "author"u8, entry.Author);
            JsonFields.WriteText(writer, "comment"u8, entry.Comment);
            JsonFields.WriteTruth(writer, "empty_layer"u8, entry.EmptyLayer);
            JsonFields.WriteUnknown(writer, entry.Unknown);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static HistoryEntry ReadEntry(ref Utf8JsonReader reader)
    {
        DateTimeOffset? created = null;
        string? createdBy = null, author = null, comment = null;
        bool? emptyLayer = null;
        Dictionary<string, JsonElement>? unknown = null;
        JsonFields.Enter(ref reader);
        while (JsonFields.Next(ref reader))
        {
            if (reader.ValueTextEquals("created"u8))
                created = JsonFields.TimeOrNull(ref reader);
            else if (reader.ValueTextEquals("created_by"u8))
                createdBy = JsonFields.TextOrNull(ref reader);
            else if (reader.ValueTextEquals("author"u8))
                author = JsonFields.TextOrNull(ref reader);
            else if (reader.ValueTextEquals("comment"u8))
                comment = JsonFields.TextOrNull(ref reader);
            else if (reader.ValueTextEquals("empty_layer"u8))
                emptyLayer = JsonFields.TruthOrNull(ref reader);
            else
                JsonFields.Keep(ref reader, ref unknown);
        }
        return new HistoryEntry { Created = created, CreatedBy = createdBy, Author = author, Comment = comment, EmptyLayer = emptyLayer, Unknown = unknown };
    }
}
