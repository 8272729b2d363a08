using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace Caisson.Engine.Caching;

/// <summary>The JSON of <see cref="StepRecord"/>, read and written field by field: it is on the way of every build.</summary>
internal static class StepRecordJson
{
    /// <summary>Writes a record.</summary>
    public static byte[] Write(StepRecord record)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("version"u8, record.Version);
            json.WriteStartArray("inputs"u8);
            foreach (StateRecord? input in record.Inputs)
                Write(json, input);
            json.WriteEndArray();
            WriteTexts(json, "taken"u8, record.Taken);
            WriteTexts(json, "definition"u8, record.Definition!); // no null is among them
            json.WriteString("layer"u8, record.Layer);
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Reads a record; null for anything else, and for a record of another version.</summary>
    public static StepRecord? TryRead(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Utf8JsonReader reader = new(bytes);
            return Read(ref reader);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException) // the latter two of values of another kind
        {
            return null;
        }
    }

    private static StepRecord? Read(ref Utf8JsonReader reader)
    {
        int version = 0;
        string? layer = null;
        ImmutableArray<StateRecord?> inputs = default;
        ImmutableArray<string?> taken = default;
        ImmutableArray<string?> definition = [];
        Begin(ref reader);
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("version"u8))
                version = reader.Read() ? reader.GetInt32() : 0;
            else if (reader.ValueTextEquals("inputs"u8))
                inputs = ReadInputs(ref reader);
            else if (reader.ValueTextEquals("taken"u8))
                taken = ReadTexts(ref reader);
            else if (reader.ValueTextEquals("definition"u8))
                definition = ReadTexts(ref reader);
            else if (reader.ValueTextEquals("layer"u8))
                layer = reader.Read() ? reader.GetString() : null;
            else
                reader.Skip();
        }
        if (version != StepRecord.CurrentVersion || layer is null || inputs.IsDefault || taken.IsDefault || definition.Contains(null))
            return null;
        return new StepRecord { Inputs = inputs, Taken = taken, Definition = definition!, Layer = layer }; // no null is among them
    }

    private static ImmutableArray<StateRecord?> ReadInputs(ref Utf8JsonReader reader)
    {
        ImmutableArray<StateRecord?>.Builder inputs = ImmutableArray.CreateBuilder<StateRecord?>();
        BeginList(ref reader);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            inputs.Add(reader.TokenType == JsonTokenType.Null ? null : ReadState(ref reader));
        return inputs.ToImmutable();
    }

    private static StateRecord ReadState(ref Utf8JsonReader reader)
    {
        string? image = null;
        ImmutableArray<string?> layers = default;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException();
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("image"u8))
                image = reader.Read() ? reader.GetString() : null;
            else if (reader.ValueTextEquals("layers"u8))
                layers = ReadTexts(ref reader);
            else
                reader.Skip();
        }
        return !layers.IsDefault && !layers.Contains(null) ? new StateRecord { Image = image, Layers = layers! } : throw new JsonException();
    }

    private static ImmutableArray<string?> ReadTexts(ref Utf8JsonReader reader)
    {
        ImmutableArray<string?>.Builder texts = ImmutableArray.CreateBuilder<string?>();
        BeginList(ref reader);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            texts.Add(reader.GetString());
        return texts.ToImmutable();
    }

    private static void Begin(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException();
    }

    private static void BeginList(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException();
    }

    private static bool Next(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static void Write(Utf8JsonWriter json, StateRecord? state)
    {
        if (state is null)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartObject();
        if (state.Image is { } image)
            json.WriteString("image"u8, image);
        WriteTexts(json, "layers"u8, state.Layers!); // no null is among them
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> name, ImmutableArray<string?> texts)
    {
        json.WriteStartArray(name);
        foreach (string? text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
