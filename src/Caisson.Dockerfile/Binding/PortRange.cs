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
        string[] parts = text.Split(':');
        string[] ports = parts[^1].Split('/', 2);
        string protocol = ports.Length > 1 && ports[1].Length > 0 ? ports[1].ToLowerInvariant() : "tcp";
        if (ports[0].Length == 0)
            return "the port is missing";
        if (protocol is not ("tcp" or "udp" or "sctp"))
            return "the protocol is none of tcp, udp and sctp";
        if (!TryParse(ports[0], out int first, out int last))
            return "this is no port";
        range = new PortRange(first, last, protocol);
        return CheckAddress(string.Join(':', parts.SkipLast(2))) ?? CheckHost(parts.Length > 1 ? parts[^2] : "", range);
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
        string[] ends = text.Split('-', 2);
        bool isPort = TryParsePort(ends[0], out first);
        last = first;
        return isPort && (ends.Length == 1 || (TryParsePort(ends[1], out last) && last >= first));
    }

    // As Go reads numbers: with a sign, but a minus would be that of a range.
    private static bool TryParsePort(string text, out int port) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out port) && port <= Highest;
}
