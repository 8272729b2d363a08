using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Oci.Json;

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
            JsonFields.WriteTexts(json, "taken"u8, record.Taken!); // nulls are written as such
            JsonFields.WriteTexts(json, "definition"u8, record.Definition);
            json.WriteString("layer"u8, record.Layer);
            if (!record.Outputs.IsEmpty)
                JsonFields.WriteTexts(json, "outputs"u8, record.Outputs);
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
        long? version = null;
        string? layer = null;
        ImmutableArray<StateRecord?>? inputs = null;
        ImmutableArray<string?>? taken = null;
        ImmutableArray<string>? definition = [];
        ImmutableArray<string>? outputs = [];
        JsonFields.EnterValue(ref reader);
        while (JsonFields.Next(ref reader))
        {
            if (reader.ValueTextEquals("version"u8))
                version = JsonFields.NumberOrNull(ref reader);
            else if (reader.ValueTextEquals("inputs"u8))
                inputs = ReadInputs(ref reader);
            else if (reader.ValueTextEquals("taken"u8))
                taken = JsonFields.TextsOrNull(ref reader)!; // nulls among them mean something
            else if (reader.ValueTextEquals("definition"u8))
                definition = JsonFields.TextsOrNull(ref reader);
            else if (reader.ValueTextEquals("layer"u8))
                layer = JsonFields.TextOrNull(ref reader);
            else if (reader.ValueTextEquals("outputs"u8))
                outputs = JsonFields.TextsOrNull(ref reader);
            else
                reader.Skip();
        }
        if (version != StepRecord.CurrentVersion || layer is null || inputs is not { } worked || taken is not { } took || definition is not { } words || words.Contains(null!)
            || outputs is not { } others || others.Contains(null!))
        {
            return null;
        }
        return new StepRecord { Inputs = worked, Taken = took, Definition = words, Layer = layer, Outputs = others };
    }

    private static ImmutableArray<StateRecord?>? ReadInputs(ref Utf8JsonReader reader)
    {
        if (!JsonFields.EnterList(ref reader))
            return null;
        ImmutableArray<StateRecord?>.Builder inputs = ImmutableArray.CreateBuilder<StateRecord?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            inputs.Add(reader.TokenType == JsonTokenType.Null ? null : ReadState(ref reader));
        return inputs.ToImmutable();
    }

    private static StateRecord ReadState(ref Utf8JsonReader reader)
    {
        string? image = null;
        ImmutableArray<string>? layers = null;
        JsonFields.Enter(ref reader);
        while (JsonFields.Next(ref reader))
        {
            if (reader.ValueTextEquals("image"u8))
                image = JsonFields.TextOrNull(ref reader);
            else if (reader.ValueTextEquals("layers"u8))
                layers = JsonFields.TextsOrNull(ref reader);
            else
                reader.Skip();
        }
        return layers is { } names && !names.Contains(null!) ? new StateRecord { Image = image, Layers = names } : throw new JsonException();
    }

    private static void Write(Utf8JsonWriter json, StateRecord? state)
    {
        if (state is null)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartObject();
        JsonFields.WriteText(json, "image"u8, state.Image);
        JsonFields.WriteTexts(json, "layers"u8, state.Layers);
        json.WriteEndObject();
    }
}
