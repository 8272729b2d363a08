using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.EngineApi;

/// <summary>An answer that is a row of JSON messages, each sent as it comes. With the first of them the status is settled.</summary>
/// <remarks>Docker Engine API: <c>{"stream":"…"}</c>, <c>{"status":"…"}</c>, <c>{"errorDetail":{…},"error":"…"}</c>, <c>{"aux":{…}}</c>. One caller at a time.</remarks>
internal sealed class JsonStream(HttpContext context)
{
    private readonly ArrayBufferWriter<byte> _message = new();

    /// <summary>Sends a message, with the end of its line in one piece: there are clients for which each chunk has to be messages as a whole.</summary>
    /// <param name="fields">Writes its fields.</param>
    public async Task WriteAsync(Action<Utf8JsonWriter> fields)
    {
        if (!context.Response.HasStarted)
            context.Response.ContentType = "application/json";
        _message.ResetWrittenCount();
        using (Utf8JsonWriter json = new(_message, ApiAnswer.Options))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }
        _message.Write("\r\n"u8);
        await context.Response.BodyWriter.WriteAsync(_message.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Sends a text that is shown as it is.</summary>
    public Task StreamAsync(string text) => WriteAsync(json => json.WriteString("stream", text));

    /// <summary>Sends what is being done.</summary>
    /// <param name="status">What is done.</param>
    /// <param name="id">With what; null when it is not about one thing.</param>
    public Task StatusAsync(string status, string? id = null) => WriteAsync(json =>
    {
        json.WriteString("status", status);
        if (id is not null)
            json.WriteString("id", id);
    });

    /// <summary>Sends how far something is.</summary>
    public Task ProgressAsync(string status, string id, long? current = null, long? total = null) => WriteAsync(json =>
    {
        json.WriteString("status", status);
        json.WriteStartObject("progressDetail");
        if (current is { } done)
            json.WriteNumber("current", done);
        if (total is { } all)
            json.WriteNumber("total", all);
        json.WriteEndObject();
        json.WriteString("id", id);
    });

    /// <summary>Sends the id of an image.</summary>
    public Task AuxiliaryAsync(string id) => WriteAsync(json =>
    {
        json.WriteStartObject("aux");
        json.WriteString("ID", id);
        json.WriteEndObject();
    });

    /// <summary>Sends something for programs.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="write">Writes it, as one value.</param>
    public Task AuxiliaryAsync(string kind, Action<Utf8JsonWriter> write) => WriteAsync(json =>
    {
        json.WriteString("id", kind);
        json.WritePropertyName("aux");
        write(json);
    });

    /// <summary>Sends why it cannot be done: the last message.</summary>
    /// <param name="message">Why.</param>
    /// <param name="code">The exit code that a client ends with; null for the usual one.</param>
    public Task ErrorAsync(string message, int? code = null) => WriteAsync(json =>
    {
        json.WriteStartObject("errorDetail");
        if (code is { } number)
            json.WriteNumber("code", number);
        json.WriteString("message", message);
        json.WriteEndObject();
        json.WriteString("error", message);
    });
}
