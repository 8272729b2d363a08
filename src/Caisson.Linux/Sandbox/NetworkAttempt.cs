using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Caisson.Linux.Sandbox;

/// <summary>What a program tried to reach without the gateway.</summary>
/// <param name="Kind"><c>tcp</c>, <c>udp</c>, <c>dns</c> or <c>icmp</c>.</param>
/// <param name="Target">The address with its port; of <c>dns</c>, the name that was asked for.</param>
/// <param name="SourcePort">The port that it was sent from; 0 where there are none.</param>
public sealed record NetworkAttempt(string Kind, string Target, int SourcePort)
{
    private const byte Icmp = 1;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const byte Icmp6 = 58;
    private const byte EchoRequest = 8;
    private const byte EchoRequest6 = 128;
    private const byte Synchronise = 2;
    private const byte Acknowledge = 16;
    private const int DnsPort = 53;
    private const int MaxNameLength = 255;

    /// <summary>Reads a packet from its network header on; null for one that begins nothing, such as an answer.</summary>
    internal static NetworkAttempt? Read(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 20)
            return null;
        switch (packet[0] >> 4)
        {
            case 4:
                int header = (packet[0] & 15) * 4;
                return packet.Length < header ? null : Read(packet[9], new IPAddress(packet[16..20]), packet[header..]);
            case 6:
                return packet.Length < 40 ? null : Read(packet[6], new IPAddress(packet[24..40]), packet[40..]); // with headers between, it is no program's first packet
            default:
                return null;
        }
    }

    private static NetworkAttempt? Read(byte protocol, IPAddress target, ReadOnlySpan<byte> body)
    {
        if (body.Length < 8)
            return null;
        int from = BinaryPrimitives.ReadUInt16BigEndian(body);
        int port = BinaryPrimitives.ReadUInt16BigEndian(body[2..]);
        string address = target.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{target}]" : target.ToString();
        string withPort = string.Create(CultureInfo.InvariantCulture, $"{address}:{port}");
        switch (protocol)
        {
            case Tcp:
                return body.Length > 13 && (body[13] & (Synchronise | Acknowledge)) == Synchronise ? new NetworkAttempt("tcp", withPort, from) : null;
            case Udp:
                return port == DnsPort && ReadName(body[8..]) is { } name ? new NetworkAttempt("dns", name, from) : new NetworkAttempt("udp", withPort, from);
            case Icmp when body[0] == EchoRequest:
            case Icmp6 when body[0] == EchoRequest6:
                return new NetworkAttempt("icmp", address, 0);
            default:
                return null;
        }
    }

    // RFC 1035, 4.1: twelve bytes of header, then the name in labels.
    private static string? ReadName(ReadOnlySpan<byte> message)
    {
        if (message.Length < 12 || (message[2] & 0x80) != 0)
            return null;
        StringBuilder name = new();
        ReadOnlySpan<byte> rest = message[12..];
        while (rest.Length > 0 && rest[0] is > 0 and < 64)
        {
            int length = rest[0];
            if (rest.Length <= length || name.Length + length > MaxNameLength)
                return null;
            if (name.Length > 0)
                name.Append('.');
            foreach (byte character in rest.Slice(1, length))
                name.Append(character is > 32 and < 127 ? (char)character : '?');
            rest = rest[(length + 1)..];
        }
        return name.Length > 0 ? name.ToString() : null;
    }
}
