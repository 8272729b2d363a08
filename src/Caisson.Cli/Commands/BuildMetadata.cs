using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Caisson.Engine;
using Caisson.Oci.Model;

namespace Caisson.Cli.Commands;

/// <summary>The content of <c>--metadata-file</c>, with the keys of <c>docker buildx build</c>.</summary>
internal static class BuildMetadata
{
    public static byte[] Write(BuildResult result, ImmutableArray<Reference> names, ReadOnlyMemory<byte>? statement = null)
    {
        Descriptor descriptor = result.Descriptor ?? throw new ArgumentException("the build made no image", nameof(result));
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (statement is { } said)
                WriteProvenance(json, said);
            if (result.Index is null)
                json.WriteString("containerimage.config.digest", result.ImageId!.Value); // there is an image
            json.WriteStartObject("containerimage.descriptor");
            json.WriteString("mediaType", descriptor.MediaType);
            json.WriteString("digest", descriptor.Digest.Value);
            json.WriteNumber("size", descriptor.Size);
            json.WriteEndObject();
            json.WriteString("containerimage.digest", descriptor.Digest.Value);
            if (!names.IsEmpty)
                json.WriteString("image.name", string.Join(',', names.Select(static n => n.WithDefaultTag().ToString())));
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    // As buildx does, what is said and not of what.
    private static void WriteProvenance(Utf8JsonWriter json, ReadOnlyMemory<byte> statement)
    {
        using JsonDocument document = JsonDocument.Parse(statement);
        json.WritePropertyName("buildx.build.provenance");
        document.RootElement.GetProperty("predicate").WriteTo(json);
    }
}
