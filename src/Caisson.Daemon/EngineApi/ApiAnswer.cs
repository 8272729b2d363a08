using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.EngineApi;

/// <summary>Answers that are one JSON text.</summary>
internal static class ApiAnswer
{
    /// <summary>How JSON is written: nothing is escaped but what must be.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Answers, in one piece of a known length: there are clients that take what comes in chunks for a row of messages.</summary>
    /// <param name="context">The request.</param>
    /// <param name="write">Writes the text.</param>
    /// <param name="status">The status.</param>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        ArrayBufferWriter<byte> text = new();
        using (Utf8JsonWriter json = new(text, Options))
            write(json);
        text.Write("\n"u8);
        context.Response.ContentLength = text.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(text.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Says why something cannot be done.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string message) => WriteAsync(
        context,
        json =>
        {
            json.WriteStartObject();
            json.WriteString("message", message);
            json.WriteEndObject();
        },
        status);
}
