using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Grpc.Core;

namespace Caisson.Daemon.Grpc;

/// <summary>What gRPC says in headers: metadata, status and time limits.</summary>
/// <remarks>gRPC over HTTP/2, "Requests" and "Responses".</remarks>
internal static class WireMetadata
{
    /// <summary>The header with the code of the status.</summary>
    public const string StatusHeader = "grpc-status";

    /// <summary>The header with its message.</summary>
    public const string MessageHeader = "grpc-message";

    /// <summary>The header with the time that a call may take.</summary>
    public const string TimeoutHeader = "grpc-timeout";

    /// <summary>The header that says what messages are compressed with.</summary>
    public const string EncodingHeader = "grpc-encoding";

    /// <summary>The header that says what they may be compressed with.</summary>
    public const string AcceptEncodingHeader = "grpc-accept-encoding";

    /// <summary>The kind of content of all calls.</summary>
    public const string ContentType = "application/grpc";

    private const string BinarySuffix = "-bin";

    // The transport's own: they are no metadata of the application.
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        StatusHeader, MessageHeader, TimeoutHeader, EncodingHeader, AcceptEncodingHeader, "grpc-message-type", "content-type", "content-length", "content-encoding", "te", "connection", "host", "date", "trailer", "transfer-encoding", "upgrade",
    };

    /// <summary>Whether a kind of content is that of a call.</summary>
    public static bool IsContentType([NotNullWhen(true)] string? value) =>
        value is not null && value.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) && (value.Length == ContentType.Length || value[ContentType.Length] is '+' or ';' or ' ');

    /// <summary>Adds one received header to metadata, unless it is the transport's own.</summary>
    public static void AddReceived(Metadata metadata, string name, string value)
    {
        if (name.StartsWith(':') || Reserved.Contains(name))
            return;
        string key = name.ToLowerInvariant();
        if (!key.EndsWith(BinarySuffix, StringComparison.Ordinal))
        {
            metadata.Add(key, value);
            return;
        }
        // Several values of one name may have come as one.
        foreach (string part in value.Split(','))
        {
            if (TryDecode(part.Trim(), out byte[]? bytes))
                metadata.Add(key, bytes);
        }
    }

    /// <summary>A value as it is sent; null for one with characters that no header may have.</summary>
    public static string? ValueOf(Metadata.Entry entry) =>
        entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes).TrimEnd('=')
        : entry.Value.AsSpan().ContainsAnyExceptInRange(' ', '~') ? null
        : entry.Value;

    /// <summary>Whether an entry is sent at all.</summary>
    public static bool IsSent(Metadata.Entry entry) => !Reserved.Contains(entry.Key);

    /// <summary>A message of a status as it is sent: percent-encoded UTF-8.</summary>
    public static string EncodeMessage(string message)
    {
        if (!message.AsSpan().ContainsAnyExceptInRange(' ', '~') && !message.Contains('%', StringComparison.Ordinal))
            return message;
        StringBuilder encoded = new();
        foreach (byte next in Encoding.UTF8.GetBytes(message))
        {
            if (next is >= (byte)' ' and <= (byte)'~' and not (byte)'%')
                encoded.Append((char)next);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"%{next:X2}");
        }
        return encoded.ToString();
    }

    /// <summary>A message of a status as it was meant. What is badly encoded stays as it is.</summary>
    public static string DecodeMessage(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        List<byte> bytes = new(text.Length);
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] == '%' && at + 2 < text.Length && byte.TryParse(text.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte next))
            {
                bytes.Add(next);
                at += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text, at, 1));
            }
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>Reads a time limit: up to eight digits and a unit.</summary>
    public static bool TryParseTimeout(string? text, out TimeSpan timeout)
    {
        timeout = default;
        if (text is not { Length: >= 2 and <= 9 } || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out long count))
            return false;
        long ticks = text[^1] switch
        {
            'H' => TimeSpan.TicksPerHour,
            'M' => TimeSpan.TicksPerMinute,
            'S' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMillisecond,
            'u' => TimeSpan.TicksPerMicrosecond,
            'n' => 0,
            _ => -1,
        };
        if (ticks < 0)
            return false;
        timeout = ticks == 0 ? TimeSpan.FromTicks(count / TimeSpan.NanosecondsPerTick) : TimeSpan.FromTicks(count * ticks);
        return true;
    }

    /// <summary>A time limit as it is sent.</summary>
    public static string TimeoutText(TimeSpan timeout)
    {
        const long most = 99_999_999;
        long milliseconds = Math.Max(1, (long)timeout.TotalMilliseconds);
        return milliseconds <= most ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds}m") : string.Create(CultureInfo.InvariantCulture, $"{Math.Min(most, milliseconds / 1000)}S");
    }

    private static bool TryDecode(string text, [NotNullWhen(true)] out byte[]? bytes)
    {
        string padded = text.EndsWith('=') ? text : text + new string('=', (4 - text.Length % 4) % 4);
        bytes = new byte[padded.Length];
        bool read = Convert.TryFromBase64String(padded, bytes, out int count);
        bytes = read ? bytes[..count] : null;
        return read;
    }
}
