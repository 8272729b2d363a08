using System.Globalization;
using System.Net;

namespace Caisson.Dockerfile.Binding;

/// <summary>Ports to expose: <c>[[ip:]hostport:]first[-last][/protocol]</c>, of which address and host port are only checked.</summary>
internal readonly record struct PortRange(int First, int Last, string Protocol)
{
    /// <summary>The last port there is.</summary>
    public const int Highest = 65535;

    /// <summary>Reads a range; gives the reason when the text is none.</summary>
    public static string? Read(string text, out PortRange range)
    {
        range = default;
        int colon = text.LastIndexOf(':');
        (string ports, string given) = Cut(text[(colon + 1)..], '/');
        string protocol = given.Length > 0 ? given.ToLowerInvariant() : "tcp";
        if (ports.Length == 0)
            return "the port is missing";
        if (protocol is not ("tcp" or "udp" or "sctp"))
            return "the protocol is none of tcp, udp and sctp";
        if (!TryParse(ports, out int first, out int last))
            return "this is no port";
        range = new PortRange(first, last, protocol);
        int before = colon <= 0 ? -1 : text.LastIndexOf(':', colon - 1);
        string address = before < 0 ? "" : text[..before];
        string host = colon < 0 ? "" : text[(before + 1)..colon];
        return CheckAddress(address) ?? CheckHost(host, range);
    }

    // At the first separator; without one, the second part is empty.
    private static (string Before, string After) Cut(string text, char separator)
    {
        int at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
    }

    private static string? CheckAddress(string address)
    {
        string bare = address.StartsWith('[') && address.EndsWith(']') ? address[1..^1] : address;
        // IPAddress also reads 1.2.3 and 1, which are no addresses here.
        bool isWhole = bare.Contains(':', StringComparison.Ordinal) || bare.Count(static c => c == '.') == 3;
        return bare.Length == 0 || (isWhole && IPAddress.TryParse(bare, out _)) ? null : "the address before the port cannot be read";
    }

    private static string? CheckHost(string host, PortRange range)
    {
        if (host.Length == 0)
            return null;
        if (!TryParse(host, out int first, out int last))
            return "the host port is no port";
        return last - first == range.Last - range.First || range.First == range.Last ? null : "the two ranges differ in length";
    }

    private static bool TryParse(string text, out int first, out int last)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        bool isPort = TryParsePort(dash < 0 ? text : text.AsSpan(0, dash), out first);
        last = first;
        return isPort && (dash < 0 || (TryParsePort(text.AsSpan(dash + 1), out last) && last >= first));
    }

    // As Go reads numbers: with a sign, but a minus would be that of a range.
    private static bool TryParsePort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out port) && port <= Highest;
}
