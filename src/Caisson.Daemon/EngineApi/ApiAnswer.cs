using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.EngineApi;

/// <summary>Answers that are one JSON text.</summary>
internal static class ApiAnswer
{
    /// <summary>How JSON is written: nothing is escaped but what must be.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Answers.</summary>
    /// <param name="context">The request.</param>
    /// <param name="write">Writes the text.</param>
    /// <param name="status">The status.</param>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        Utf8JsonWriter json = new(context.Response.BodyWriter, Options);
        await using (json.ConfigureAwait(false))
            write(json);
        await context.Response.BodyWriter.WriteAsync("\n"u8.ToArray(), context.RequestAborted).ConfigureAwait(false);
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
