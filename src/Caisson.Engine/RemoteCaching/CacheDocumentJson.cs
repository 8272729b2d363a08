using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Oci.Json;
using Caisson.Oci.Model;

namespace Caisson.Engine.RemoteCaching;

/// <summary>The JSON of <see cref="CacheDocument"/>.</summary>
/// <remarks>
/// It is a cache configuration of BuildKit (<c>application/vnd.buildkit.cacheconfig.v0</c>) with the layers and without records, and with one more member, which
/// holds what is here: BuildKit reads it, keeps nothing of it, and goes on. Its own records are keys of its own build definitions, which nobody else can make.
/// </remarks>
internal static class CacheDocumentJson
{
    /// <summary>The largest document that is read, in bytes.</summary>
    public const int MaxBytes = 32 << 20;

    /// <summary>The member that holds what is ours.</summary>
    public const string MemberName = "caisson";

    // A Dockerfile has far fewer.
    private const int MaxLayers = 20_000;
    private const int MaxSteps = 20_000;
    private const int MaxMounts = 1_000;

    /// <summary>Writes a document as a cache configuration of BuildKit.</summary>
    /// <exception cref="CacheStoreException">It would be one that nobody reads.</exception>
    public static byte[] Write(CacheDocument document)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            WriteForBuildKit(json, document);
            json.WritePropertyName(MemberName);
            WriteOwn(json, document);
            json.WriteEndObject();
        }
        if (bytes.WrittenCount > MaxBytes)
            throw new CacheStoreException($"the document of the cache would have {bytes.WrittenCount} bytes, and {MaxBytes} are read") { Hint = "use mode=min, or build fewer platforms at once" };
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Writes the member alone, as it stands in the configuration of an image.</summary>
    public static JsonElement WriteElement(CacheDocument document)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
            WriteOwn(json, document);
        Utf8JsonReader reader = new(bytes.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>Reads a cache configuration; null when it has nothing of ours, or of another version.</summary>
    /// <exception cref="InvalidImageException">It is damaged.</exception>
    public static CacheDocument? Read(ReadOnlySpan<byte> json)
    {
        CacheDocument? document = ReadAny(json);
        int withoutBlob = document?.Layers.ToList().FindIndex(static l => l.Blob is null) ?? -1;
        return withoutBlob < 0 ? document : throw new InvalidImageException($"the document of the cache is damaged: it does not say which blob layer {withoutBlob} has");
    }

    /// <summary>Reads the member alone, as it stands in the configuration of an image: that says which blobs there are.</summary>
    /// <exception cref="InvalidImageException">It is damaged.</exception>
    public static CacheDocument? ReadInline(JsonElement member) => ReadAny(System.Text.Encoding.UTF8.GetBytes($"{{\"{MemberName}\":{member.GetRawText()}}}"));

    private static CacheDocument? ReadAny(ReadOnlySpan<byte> json)
    {
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 32 });
            reader.Read();
            JsonFields.Enter(ref reader);
            CacheDocument? document = null;
            while (JsonFields.Next(ref reader))
            {
                if (reader.ValueTextEquals(MemberName))
                    document = ReadOwn(ref reader);
                else
                    reader.Skip();
            }
            return document is null ? null : Checked(document);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new InvalidImageException($"the document of the cache is damaged: {e.Message}", e);
        }
    }

    // Other programs find the blobs of the layers by it, and what they stand on.
    private static void WriteForBuildKit(Utf8JsonWriter json, CacheDocument document)
    {
        json.WriteStartArray("layers"u8);
        foreach (SharedLayer layer in document.Layers)
        {
            if (layer.Blob is not { } blob)
                continue;
            json.WriteStartObject();
            json.WriteString("blob"u8, blob.Digest.Value);
            json.WriteNumber("parent"u8, -1);
            json.WriteStartObject("annotations"u8);
            json.WriteString("mediaType"u8, blob.MediaType);
            json.WriteString("diffID"u8, layer.DiffId.Value);
            json.WriteNumber("size"u8, blob.Size);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("records"u8);
        json.WriteEndArray();
    }

    private static void WriteOwn(Utf8JsonWriter json, CacheDocument document)
    {
        json.WriteStartObject();
        json.WriteNumber("version"u8, CacheDocument.CurrentVersion);
        json.WriteStartArray("layers"u8);
        foreach (SharedLayer layer in document.Layers)
        {
            json.WriteStartObject();
            if (layer.Blob is { } blob)
                WriteBlob(json, "blob"u8, blob);
            json.WriteString("diffId"u8, layer.DiffId.Value);
            json.WriteString("form"u8, layer.Form);
            json.WriteString("content"u8, layer.Content.Value);
            json.WriteBase64String("times"u8, layer.Times.Span);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("steps"u8);
        foreach (SharedStep step in document.Steps)
            WriteStep(json, step);
        json.WriteEndArray();
        if (!document.Mounts.IsEmpty)
        {
            json.WriteStartArray("mounts"u8);
            foreach (SharedMount mount in document.Mounts)
                SharedMountJson.Write(json, mount);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void WriteStep(Utf8JsonWriter json, SharedStep step)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, step.Key.Value);
        json.WriteString("operation"u8, step.Operation.Value);
        json.WriteStartArray("inputs"u8);
        foreach (SharedState? input in step.Inputs)
        {
            if (input is null)
            {
                json.WriteNullValue();
                continue;
            }
            json.WriteStartObject();
            JsonFields.WriteText(json, "image"u8, input.Image?.Value);
            json.WriteStartArray("layers"u8);
            foreach (int layer in input.Layers)
                json.WriteNumberValue(layer);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("taken"u8);
        foreach (Digest? taken in step.Taken)
            json.WriteStringValue(taken?.Value);
        json.WriteEndArray();
        json.WriteNumber("layer"u8, step.Layer);
        if (!step.Outputs.IsEmpty)
        {
            json.WriteStartArray("outputs"u8);
            foreach (int layer in step.Outputs)
                json.WriteNumberValue(layer);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    internal static void WriteBlob(Utf8JsonWriter json, ReadOnlySpan<byte> name, Descriptor blob)
    {
        json.WritePropertyName(name);
        WriteBlob(json, blob);
    }

    internal static void WriteBlob(Utf8JsonWriter json, Descriptor blob)
    {
        json.WriteStartObject();
        json.WriteString("mediaType"u8, blob.MediaType);
        json.WriteString("digest"u8, blob.Digest.Value);
        json.WriteNumber("size"u8, blob.Size);
        json.WriteEndObject();
    }

    private static CacheDocument? ReadOwn(ref Utf8JsonReader reader)
    {
        long? version = null;
        ImmutableArray<SharedLayer> layers = [];
        ImmutableArray<SharedStep> steps = [];
        ImmutableArray<SharedMount> mounts = [];
        JsonFields.EnterValue(ref reader);
        while (JsonFields.Next(ref reader))
        {
            if (reader.ValueTextEquals("version"u8))
                version = JsonFields.NumberOrNull(ref reader);
            else if (version != CacheDocument.CurrentVersion)
                reader.Skip();
            else if (reader.ValueTextEquals("layers"u8))
                layers = CacheDocumentReader.ReadList(ref reader, CacheDocumentReader.ReadLayer, MaxLayers);
            else if (reader.ValueTextEquals("steps"u8))
                steps = CacheDocumentReader.ReadList(ref reader, CacheDocumentReader.ReadStep, MaxSteps);
            else if (reader.ValueTextEquals("mounts"u8))
                mounts = CacheDocumentReader.ReadList(ref reader, SharedMountJson.Read, MaxMounts);
            else
                reader.Skip();
        }
        return version == CacheDocument.CurrentVersion ? new CacheDocument { Layers = layers, Steps = steps, Mounts = mounts } : null;
    }

    private static CacheDocument Checked(CacheDocument document)
    {
        foreach (SharedStep step in document.Steps)
        {
            foreach (int layer in step.Outputs.Add(step.Layer))
                Check(layer);
            foreach (SharedState? input in step.Inputs)
            {
                foreach (int layer in input?.Layers ?? [])
                    Check(layer);
            }
        }
        return document;

        void Check(int layer)
        {
            if (layer < 0 || layer >= document.Layers.Length)
                throw new InvalidImageException($"the document of the cache is damaged: it has no layer {layer}");
        }
    }
}
