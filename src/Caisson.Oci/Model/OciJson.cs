using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Caisson.Oci.Model;

/// <summary>Reads and writes the JSON documents of images. What it writes depends on the value alone.</summary>
public static class OciJson
{
    /// <summary>The largest manifest, index or configuration that is read, in bytes.</summary>
    /// <remarks>distribution-spec v1.1.1, "Pushing Manifests": registries should accept at least 4 MiB.</remarks>
    public const int MaxDocumentBytes = 4 << 20;

    private static readonly OciJsonContext Json = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 32,
        RespectNullableAnnotations = true,
        Converters = { new DigestJsonConverter(), new StringMapJsonConverter(), new Rfc3339JsonConverter() },
    });

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="InvalidImageException">The bytes are not an image manifest.</exception>
    public static ImageManifest ReadManifest(ReadOnlySpan<byte> json)
    {
        ImageManifest manifest = Read(json, Json.ImageManifest, "image manifest");
        CheckEntries(manifest.Layers, "image manifest");
        return manifest;
    }

    /// <summary>Reads an index.</summary>
    /// <exception cref="InvalidImageException">The bytes are not an image index.</exception>
    public static ImageIndex ReadIndex(ReadOnlySpan<byte> json)
    {
        ImageIndex index = Read(json, Json.ImageIndex, "image index");
        CheckEntries(index.Manifests, "image index");
        return index;
    }

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="InvalidImageException">The bytes are not an image configuration.</exception>
    public static ImageConfig ReadConfig(ReadOnlySpan<byte> json)
    {
        ImageConfig config = Read(json, Json.ImageConfig, "image configuration");
        CheckEntries(config.RootFs.DiffIds, "image configuration");
        return config;
    }

    /// <summary>Writes a manifest.</summary>
    public static byte[] Write(ImageManifest manifest) => JsonSerializer.SerializeToUtf8Bytes(manifest, Json.ImageManifest);

    /// <summary>Writes an index.</summary>
    public static byte[] Write(ImageIndex index) => JsonSerializer.SerializeToUtf8Bytes(index, Json.ImageIndex);

    /// <summary>Writes a configuration.</summary>
    public static byte[] Write(ImageConfig config) => JsonSerializer.SerializeToUtf8Bytes(config, Json.ImageConfig);

    // The serializer keeps nulls out of properties, but not out of lists.
    private static void CheckEntries<T>(ImmutableArray<T> entries, string what)
        where T : class
    {
        if (!entries.IsDefault && entries.Any(static e => e is null))
            throw new InvalidImageException($"the {what} has a list with a null in it");
    }

    private static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, string what)
        where T : class
    {
        if (json.Length > MaxDocumentBytes)
            throw new InvalidImageException($"the {what} is larger than {MaxDocumentBytes} bytes");
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new InvalidImageException($"the {what} is empty");
        }
        catch (JsonException e)
        {
            throw new InvalidImageException($"the {what} is not valid JSON of its kind: {e.Message}", e);
        }
    }
}

