using System.Net;
using System.Text;
using Caisson.Linux.Sandbox;

namespace Caisson.Linux.Tests.Sandbox;

/// <summary>What leaves a step past the gateway is told by its packets, which are the program's: hostile.</summary>
public sealed class NetworkAttemptTests
{
    [Fact]
    public void The_first_packet_of_a_connection_is_an_attempt() =>
        Assert.Equal(new NetworkAttempt("tcp", "192.0.2.1:443", 40000), NetworkAttempt.Read(Packet(6, "192.0.2.1", Tcp(40000, 443, flags: 2))));

    [Theory]
    [InlineData(18)] // SYN, ACK
    [InlineData(20)] // RST, ACK
    [InlineData(16)] // ACK
    public void What_follows_is_none(int flags) => Assert.Null(NetworkAttempt.Read(Packet(6, "192.0.2.1", Tcp(40000, 443, flags))));

    [Fact]
    public void A_datagram_is_an_attempt() =>
        Assert.Equal(new NetworkAttempt("udp", "[2001:db8::1]:5000", 4), NetworkAttempt.Read(Packet(17, "2001:db8::1", [0, 4, 0x13, 0x88, 0, 9, 0, 0, 1])));

    [Fact]
    public void A_question_for_a_name_is_told_with_the_name() =>
        Assert.Equal(new NetworkAttempt("dns", "c2VjcmV0.tunnel.example", 4), NetworkAttempt.Read(Packet(17, "192.0.2.53", Question("c2VjcmV0", "tunnel", "example"))));

    [Fact]
    public void Its_characters_are_harmless() =>
        Assert.Equal("a??b.example", NetworkAttempt.Read(Packet(17, "192.0.2.53", Question("a\u001b\nb", "example")))?.Target);

    [Theory]
    [InlineData(8, 1)]
    [InlineData(128, 58)]
    public void An_echo_request_is_an_attempt(int type, int protocol) => Assert.Equal("icmp", NetworkAttempt.Read(Packet(protocol, protocol == 1 ? "192.0.2.1" : "2001:db8::1", [(byte)type, 0, 0, 0, 0, 0, 0, 0]))?.Kind);

    [Fact]
    public void Unreachable_is_an_answer_and_none() => Assert.Null(NetworkAttempt.Read(Packet(1, "192.0.2.1", [3, 3, 0, 0, 0, 0, 0, 0])));

    [Fact]
    public void No_packet_makes_it_fall()
    {
        Random random = new(1);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] packet = new byte[random.Next(100)];
            random.NextBytes(packet);
            if (packet.Length > 0)
                packet[0] = (byte)((random.Next(2) == 0 ? 0x40 : 0x60) | (packet[0] & 15));
            NetworkAttempt.Read(packet);
        }
    }

    private static byte[] Packet(int protocol, string target, byte[] body)
    {
        IPAddress address = IPAddress.Parse(target);
        if (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
        {
            byte[] header = new byte[20];
            (header[0], header[9]) = (0x45, (byte)protocol);
            address.GetAddressBytes().CopyTo(header, 16);
            return [.. header, .. body];
        }
        byte[] header6 = new byte[40];
        (header6[0], header6[6]) = (0x60, (byte)protocol);
        address.GetAddressBytes().CopyTo(header6, 24);
        return [.. header6, .. body];
    }

    private static byte[] Tcp(int from, int to, int flags) => [(byte)(from >> 8), (byte)from, (byte)(to >> 8), (byte)to, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, (byte)flags, 0, 0, 0, 0, 0, 0];

    private static byte[] Question(params string[] labels)
    {
        byte[] name = [.. labels.SelectMany(static l => (byte[])[(byte)l.Length, .. Encoding.Latin1.GetBytes(l)]), 0];
        return [0, 4, 0, 53, 0, 0, 0, 0, 1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. name, 0, 1, 0, 1];
    }
}
