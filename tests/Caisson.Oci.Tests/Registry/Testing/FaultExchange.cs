using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Caisson.Oci.Tests.Registry.Testing;

/// <summary>One request and its answer, which may be as broken as the test wants.</summary>
internal sealed class FaultExchange
{
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly CancellationToken _ct;
    private long _unreadBody;
    private bool _closes;

    private FaultExchange(Socket socket, Stream stream, string[] head, CancellationToken ct)
    {
        _socket = socket;
        _stream = stream;
        _ct = ct;
        string[] first = head[0].Split(' ');
        Method = first[0];
        Target = first[1];
        Headers = head.Skip(1).Select(static l => l.Split(':', 2)).GroupBy(static p => p[0].Trim(), StringComparer.OrdinalIgnoreCase)
            .ToDictionary(static g => g.Key, static g => string.Join(", ", g.Select(static p => p[1].Trim())), StringComparer.OrdinalIgnoreCase);
        _unreadBody = long.Parse(Headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture);
    }

    public string Method { get; }

    /// <summary>Path and query.</summary>
    public string Target { get; }

    public string Path => Target.Split('?')[0];

    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The first byte that a Range asks for; 0 without one.</summary>
    public int RangeStart => Headers.TryGetValue("Range", out string? range) ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture) : 0;

    public static async Task<FaultExchange?> ReadAsync(Socket socket, Stream stream, CancellationToken ct)
    {
        List<byte> head = [];
        byte[] one = new byte[1];
        while (!(head.Count >= 4 && head[^1] == '\n' && head[^2] == '\r' && head[^3] == '\n'))
        {
            if (await stream.ReadAsync(one, ct) == 0)
                return null;
            head.Add(one[0]);
            if (head.Count == 1 && head[0] == 0x16) // a TLS handshake; real servers say so
            {
                await stream.WriteAsync("HTTP/1.0 400 Bad Request\r\n\r\nthis is plain HTTP\n"u8.ToArray(), ct);
                return null;
            }
        }
        return new FaultExchange(socket, stream, Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries), ct);
    }

    /// <summary>Reads so much of the request's body, or all that there is.</summary>
    public async Task<byte[]> ReadBodyAsync(long maxBytes = long.MaxValue)
    {
        byte[] body = new byte[Math.Min(maxBytes, _unreadBody)];
        await _stream.ReadExactlyAsync(body, _ct);
        _unreadBody -= body.Length;
        return body;
    }

    /// <summary>Answers whole.</summary>
    public async Task RespondAsync(int status, string headers = "", byte[]? body = null)
    {
        if (_unreadBody > 0)
            await ReadBodyAsync();
        byte[] content = body ?? [];
        await StartAsync(status, $"{headers}\nContent-Length: {content.Length}");
        if (Method != "HEAD")
            await WriteAsync(content);
    }

    public Task RespondAsync(int status, string headers, string body) => RespondAsync(status, headers, Encoding.UTF8.GetBytes(body));

    /// <summary>Begins an answer; the headers say whatever the test wants, one per line.</summary>
    public Task StartAsync(int status, string headers)
    {
        StringBuilder head = new($"HTTP/1.1 {status} X\r\n");
        foreach (string line in headers.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            head.Append(line).Append("\r\n");
        return _stream.WriteAsync(Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), _ct).AsTask();
    }

    public Task WriteAsync(byte[] content) => _stream.WriteAsync(content, _ct).AsTask();

    /// <summary>Ends the connection after this answer, in an orderly way.</summary>
    public void Close() => _closes = true;

    /// <summary>Resets the connection.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
        _closes = true;
    }

    /// <summary>Whether the connection serves another request.</summary>
    public async Task<bool> CompleteAsync()
    {
        if (_closes)
            return false;
        await _stream.FlushAsync(_ct);
        return _unreadBody == 0;
    }
}
