using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>Writes an answer to a step's program.</summary>
/// <remarks>RFC 9112, sections 4 to 7.</remarks>
/// <param name="stream">The connection.</param>
/// <param name="head">The request.</param>
internal sealed class AnswerWriter(Stream stream, HttpHead head)
{
    private bool _isChunked;

    /// <summary>Whether another answer can follow: the client knows where this one ends.</summary>
    public bool KeepsAlive { get; private set; } = true;

    /// <summary>Whether the first bytes of an answer were sent.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether the answer may have content.</summary>
    public static bool HasContent(string method, int status) => method != "HEAD" && status is not (204 or 304 or (>= 100 and < 200));

    /// <summary>Sends the head of an answer.</summary>
    /// <param name="status">The status.</param>
    /// <param name="reason">The words beside it.</param>
    /// <param name="fields">Its fields, without its length.</param>
    /// <param name="length">The length of its content; null when that shows at its end.</param>
    /// <param name="ct">Gives up.</param>
    public async Task WriteHeadAsync(int status, string reason, ImmutableArray<KeyValuePair<string, string>> fields, long? length, CancellationToken ct)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {Line(reason)}\r\n");
        foreach ((string name, string value) in fields)
            text.Append(CultureInfo.InvariantCulture, $"{name}: {Line(value)}\r\n");
        bool hasContent = HasContent(head.Method, status);
        if (length is { } known && (hasContent || head.Method == "HEAD"))
        {
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {known}\r\n");
        }
        else if (hasContent && head.IsHttp11)
        {
            _isChunked = true;
            text.Append("Transfer-Encoding: chunked\r\n");
        }
        else if (hasContent)
        {
            KeepsAlive = false;
        }
        if (!KeepsAlive || !head.KeepsAlive)
            text.Append("Connection: close\r\n");
        else if (!head.IsHttp11)
            text.Append("Connection: keep-alive\r\n");
        text.Append("\r\n");
        HasBegun = true;
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text.ToString()), ct).ConfigureAwait(false);
    }

    /// <summary>Sends some content.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        if (content.IsEmpty)
            return;
        if (_isChunked)
            await stream.WriteAsync(Encoding.ASCII.GetBytes(content.Length.ToString("X", CultureInfo.InvariantCulture) + "\r\n"), ct).ConfigureAwait(false);
        await stream.WriteAsync(content, ct).ConfigureAwait(false);
        if (_isChunked)
            await stream.WriteAsync("\r\n"u8.ToArray(), ct).ConfigureAwait(false);
    }

    /// <summary>Sends what ends the content.</summary>
    public async Task CompleteAsync(CancellationToken ct)
    {
        if (_isChunked)
            await stream.WriteAsync("0\r\n\r\n"u8.ToArray(), ct).ConfigureAwait(false);
    }

    /// <summary>Sends a whole answer of our own, after which the connection ends.</summary>
    public async Task WriteTextAsync(int status, string text, CancellationToken ct)
    {
        byte[] content = Encoding.UTF8.GetBytes(text);
        KeepsAlive = false;
        await WriteHeadAsync(status, "caisson", [new("Content-Type", "text/plain; charset=utf-8")], content.Length, ct).ConfigureAwait(false);
        if (HasContent(head.Method, status))
            await WriteAsync(content, ct).ConfigureAwait(false);
    }

    private static string Line(string text) => text.Replace('\r', ' ').Replace('\n', ' ');
}
