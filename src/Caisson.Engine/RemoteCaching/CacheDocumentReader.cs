using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Engine.Imaging;
using Caisson.Oci.Json;
using Caisson.Oci.Model;

namespace Caisson.Engine.RemoteCaching;

/// <summary>Reads the parts of a cache's document. All of them throw <see cref="JsonException"/>, <see cref="FormatException"/> or <see cref="InvalidOperationException"/> for what is damaged.</summary>
internal static class CacheDocumentReader
{
    private const int MaxInputs = 10_000;

    // Sums of some of them are numbers still.
    private const long MaxBlobBytes = 1L << 50;

    /// <summary>Reads an object at its first token.</summary>
    public delegate T Reading<T>(ref Utf8JsonReader reader);

    /// <summary>Reads a list of objects.</summary>
    public static ImmutableArray<T> ReadList<T>(ref Utf8JsonReader reader, Reading<T> read, int max)
    {
        if (!JsonFields.EnterList(ref reader))
            return [];
        ImmutableArray<T>.Builder list = ImmutableArray.CreateBuilder<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (list.Count == max)
                throw new JsonException($"a list has more than {max} entries");
            list.Add(read(ref reader));
        }
        return list.ToImmutable();
    }

    /// <summary>Reads a layer.</summary>
    public static SharedLayer ReadLayer(ref Utf8JsonReader reader)
    {
        Descriptor? blob = null;
        Digest? diffId = null, content = null;
        string? form = null;
        byte[] times = [];
        JsonFields.Enter(ref reader);
        while (JsonFields.Next(ref reader))
        {
            if (reader.ValueTextEquals("blob"u8))
                blob = ReadBlob(ref reader);
            else if (reader.ValueTextEquals("diffId"u8))
                diffId = JsonFields.Digest(ref reader);
            else if (reader.ValueTextEquals("content"u8))
                content = JsonFields.Digest(ref reader);
            else if (reader.ValueTextEquals("form"u8))
                form = JsonFields.Text(ref reader);
            else if (reader.ValueTextEquals("times"u8))
                times = ReadBytes(ref reader);
            else
                reader.Skip();
        }
        if (form is null || !BlobForm.HasOwnArchive(form) || form.Length > 100 || !form.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.'))
            throw new JsonException("the form of a layer is none");
        return new SharedLayer(blob, JsonFields.Required(diffId, "diffId"), form, JsonFields.Required(content, "content"), times);
    }

    /// <summary>Reads a step.</summary>
    public static SharedStep ReadStep(ref Utf8JsonReader reader)
    {
        Digest? key = null, operation = null;
        int? layer = null;
        ImmutableArray<SharedState?> inputs = [];
        ImmutableArray<Digest?> taken = [];
        ImmutableArray<int> outputs = [];
        JsonFields.Enter(ref reader);
        while (JsonFields.Next(ref reader))
        {
            if (reader.ValueTextEquals("key"u8))
                key = JsonFields.Digest(ref reader);
            else if (reader.ValueTextEquals("operation"u8))
                operation = JsonFields.Digest(ref reader);
            else if (reader.ValueTextEquals("layer"u8))
                layer = JsonFields.SmallNumberOrNull(ref reader);
            else if (reader.ValueTextEquals("inputs"u8))
                inputs = ReadList(ref reader, ReadState, MaxInputs);
            else if (reader.ValueTextEquals("taken"u8))
                taken = ReadList(ref reader, ReadTaken, MaxInputs);
            else if (reader.ValueTextEquals("outputs"u8))
                outputs = ReadList(ref reader, ReadPlace, MaxInputs);
            else
                reader.Skip();
        }
        return new SharedStep(JsonFields.Required(key, "key"), JsonFields.Required(operation, "operation"), layer ?? throw new JsonException("\"layer\" is missing")) { Inputs = inputs, Taken = taken, Outputs = outputs };
    }

    /// <summary>Reads a descriptor behind its name.</summary>
    public static Descriptor ReadBlob(ref Utf8JsonReader reader)
    {
        reader.Read();
        return ReadBlobHere(ref reader);
    }

    /// <summary>Reads a descriptor at its first token.</summary>
    public static Descriptor ReadBlobHere(ref Utf8JsonReader reader)
    {
        string? mediaType = null;
        Digest? digest = null;
        long? size = null;
        JsonFields.Enter(ref reader);
        while (JsonFields.Next(ref reader))
        {
            if (reader.ValueTextEquals("mediaType"u8))
                mediaType = JsonFields.Text(ref reader);
            else if (reader.ValueTextEquals("digest"u8))
                digest = JsonFields.Digest(ref reader);
            else if (reader.ValueTextEquals("size"u8))
                size = JsonFields.NumberOrNull(ref reader);
            else
                reader.Skip();
        }
        if (size is not (>= 0 and <= MaxBlobBytes))
            throw new JsonException("the size of a blob is none");
        return new Descriptor { MediaType = JsonFields.Required(mediaType, "mediaType"), Digest = JsonFields.Required(digest, "digest"), Size = size.Value };
    }

    private static SharedState? ReadState(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        Digest? image = null;
        ImmutableArray<int> layers = [];
        JsonFields.Enter(ref reader);
        while (JsonFields.Next(ref reader))
        {
            if (reader.ValueTextEquals("image"u8))
                image = JsonFields.Digest(ref reader);
            else if (reader.ValueTextEquals("layers"u8))
                layers = ReadList(ref reader, ReadPlace, MaxInputs);
            else
                reader.Skip();
        }
        return new SharedState(image, layers);
    }

    private static int ReadPlace(ref Utf8JsonReader reader) => reader.GetInt32();

    private static Digest? ReadTaken(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Null ? null : Digest.Parse(reader.GetString() ?? "");

    private static byte[] ReadBytes(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetBytesFromBase64();
    }
}
