using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Cli.Commands;

/// <summary>The content of <c>--metadata-file</c>, with the keys of <c>docker buildx build</c>.</summary>
internal static class BuildMetadata
{
    public static byte[] Write(Image image, ImmutableArray<Reference> names)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("containerimage.config.digest", image.Manifest.Config.Digest.Value);
            json.WriteStartObject("containerimage.descriptor");
            json.WriteString("mediaType", image.Descriptor.MediaType);
            json.WriteString("digest", image.Descriptor.Digest.Value);
            json.WriteNumber("size", image.Descriptor.Size);
            json.WriteEndObject();
            json.WriteString("containerimage.digest", image.Descriptor.Digest.Value);
            if (!names.IsEmpty)
                json.WriteString("image.name", string.Join(',', names.Select(static n => n.WithDefaultTag().ToString())));
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
