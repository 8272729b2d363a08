using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Caisson.Oci.Json;

namespace Caisson.Oci.Model;

/// <summary>Reads and writes the JSON documents of images. What it writes depends on the value alone.</summary>
public static class OciJson
{
    /// <summary>The largest manifest, index or configuration that is read, in bytes.</summary>
    /// <remarks>distribution-spec v1.1.1, "Pushing Manifests": registries should accept at least 4 MiB.</remarks>
    public const int MaxDocumentBytes = 4 << 20;

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 32 };
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private delegate T Reading<T>(ref Utf8JsonReader reader);

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="InvalidImageException">The bytes are not an image manifest.</exception>
    public static ImageManifest ReadManifest(ReadOnlySpan<byte> json) => Read(json, ManifestJson.Read, "image manifest");

    /// <summary>Reads an index.</summary>
    /// <exception cref="InvalidImageException">The bytes are not an image index.</exception>
    public static ImageIndex ReadIndex(ReadOnlySpan<byte> json) => Read(json, IndexJson.Read, "image index");

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="InvalidImageException">The bytes are not an image configuration.</exception>
    public static ImageConfig ReadConfig(ReadOnlySpan<byte> json) => Read(json, ConfigJson.Read, "image configuration");

    /// <summary>Reads a descriptor that stands by itself.</summary>
    /// <exception cref="InvalidImageException">The bytes are not a descriptor.</exception>
    public static Descriptor ReadDescriptor(ReadOnlySpan<byte> json) => Read(json, DescriptorJson.Read, "descriptor");

    /// <summary>Writes a manifest.</summary>
    public static byte[] Write(ImageManifest manifest) => Write(manifest, ManifestJson.Write);

    /// <summary>Writes an index.</summary>
    public static byte[] Write(ImageIndex index) => Write(index, IndexJson.Write);

    /// <summary>Writes a configuration.</summary>
    public static byte[] Write(ImageConfig config) => Write(config, ConfigJson.Write);

    /// <summary>Writes a descriptor.</summary>
    public static byte[] Write(Descriptor descriptor) => Write(descriptor, DescriptorJson.Write);

    private static byte[] Write<T>(T document, Action<Utf8JsonWriter, T> write)
        where T : class
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter writer = new(bytes, WriterOptions))
            write(writer, document);
        return bytes.WrittenSpan.ToArray();
    }

    private static T Read<T>(ReadOnlySpan<byte> json, Reading<T> read, string what)
        where T : class
    {
        if (json.Length > MaxDocumentBytes)
            throw new InvalidImageException($"the {what} is larger than {MaxDocumentBytes} bytes");
        try
        {
            Utf8JsonReader reader = new(json, ReaderOptions);
            reader.Read();
            T document = read(ref reader);
            reader.Read(); // throws when something follows
            return document;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException) // the latter two of values of another kind
        {
            throw new InvalidImageException($"the {what} is not valid JSON of its kind: {e.Message}", e);
        }
    }
}
