using System.Collections.Immutable;
using System.Text;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>The head of a request: its first line and its fields.</summary>
/// <remarks>RFC 9112, sections 3 and 5. A head that could be read in two ways is refused: that is how requests are smuggled.</remarks>
/// <param name="Method">The method.</param>
/// <param name="Target">What is asked for: of a proxy a whole address, of CONNECT a host with its port, else a path.</param>
/// <param name="IsHttp11">Whether the client speaks HTTP/1.1; else 1.0.</param>
/// <param name="Fields">The fields, in order.</param>
internal sealed record HttpHead(string Method, string Target, bool IsHttp11, ImmutableArray<KeyValuePair<string, string>> Fields)
{
    private const string TokenMarks = "!#$%&'*+-.^_`|~";

    /// <summary>Whether the client wants to send more requests.</summary>
    public bool KeepsAlive => IsHttp11 ? !HasToken("Connection", "close") && !HasToken("Proxy-Connection", "close") : HasToken("Connection", "keep-alive") || HasToken("Proxy-Connection", "keep-alive");

    /// <summary>Whether the client waits to be told to send the body.</summary>
    public bool ExpectsContinue => HasToken("Expect", "100-continue");

    /// <summary>Whether the body comes in chunks.</summary>
    public bool IsChunked => HasToken("Transfer-Encoding", "chunked");

    /// <summary>Reads a head, without the empty line that ends it.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static HttpHead Read(ReadOnlySpan<byte> bytes)
    {
        string[] lines = Encoding.Latin1.GetString(bytes).Split('\n');
        string[] first = lines[0].TrimEnd('\r').Split(' ');
        if (first is not [var method, var target, "HTTP/1.1" or "HTTP/1.0"] || !IsToken(method) || method.Any(char.IsAsciiLetterLower) || target.Length == 0 || target.Any(static c => c is <= ' ' or > '~'))
            throw new InvalidDataException("it is no request of HTTP/1");
        ImmutableArray<KeyValuePair<string, string>>.Builder fields = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(lines.Length);
        foreach (string line in lines.Skip(1).Select(static l => l.TrimEnd('\r')).Where(static l => l.Length > 0))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !IsToken(line[..colon]))
                throw new InvalidDataException("a field of its head has no name");
            string value = line[(colon + 1)..].Trim(' ', '\t');
            if (value.Any(static c => c is '\0' or '\r'))
                throw new InvalidDataException("a field of its head has a control character");
            fields.Add(new(line[..colon], value));
        }
        HttpHead head = new(method, target, first[2] == "HTTP/1.1", fields.DrainToImmutable());
        head.CheckLength();
        return head;
    }

    /// <summary>The value of a field; null when there is none.</summary>
    public string? Find(string name)
    {
        foreach ((string key, string value) in Fields)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        return null;
    }

    /// <summary>The length of the body; null when it is told otherwise, or there is none.</summary>
    public long? ContentLength => long.TryParse(Find("Content-Length"), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long length) ? length : null;

    private bool HasToken(string name, string token) =>
        Find(name) is { } value && value.Split(',').Any(part => part.Trim().Equals(token, StringComparison.OrdinalIgnoreCase));

    private static bool IsToken(string text) => text.Length > 0 && text.All(static c => char.IsAsciiLetterOrDigit(c) || TokenMarks.Contains(c, StringComparison.Ordinal));

    private void CheckLength()
    {
        string[] lengths = [.. Fields.Where(static f => f.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Select(static f => f.Value)];
        string[] codings = [.. Fields.Where(static f => f.Key.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)).Select(static f => f.Value)];
        bool isClear = lengths.Length + codings.Length <= 1
            && (lengths is not [var length] || length.Length is > 0 and < 19 && length.All(char.IsAsciiDigit))
            && (codings is not [var coding] || coding.Equals("chunked", StringComparison.OrdinalIgnoreCase));
        if (!isClear)
            throw new InvalidDataException("the length of its body is not clear");
    }
}
