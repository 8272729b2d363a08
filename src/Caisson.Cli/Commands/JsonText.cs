using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Caisson.Cli.Commands;

/// <summary>JSON as people read it.</summary>
internal static class JsonText
{
    /// <summary>The same document, one value a line.</summary>
    public static string Indent(ReadOnlyMemory<byte> json)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (JsonDocument document = JsonDocument.Parse(json))
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            document.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
