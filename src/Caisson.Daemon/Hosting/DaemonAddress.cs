using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Caisson.Daemon.Hosting;

/// <summary>A place where the daemon listens.</summary>
public sealed class DaemonAddress
{
    private const string UnixPrefix = "unix://";
    private const string TcpPrefix = "tcp://";

    private DaemonAddress(EndPoint endPoint) => EndPoint = endPoint;

    /// <summary>What the server listens on.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>Reads <c>unix:///path</c> or <c>tcp://ADDRESS:PORT</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DaemonAddress? address)
    {
        address = null;
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal) && Path.IsPathRooted(text[UnixPrefix.Length..]))
            address = new DaemonAddress(new UnixDomainSocketEndPoint(text[UnixPrefix.Length..]));
        else if (text.StartsWith(TcpPrefix, StringComparison.Ordinal) && IPEndPoint.TryParse(text[TcpPrefix.Length..], out IPEndPoint? tcp))
            address = new DaemonAddress(tcp);
        return address is not null;
    }

    /// <summary>A socket that is bound to it.</summary>
    public Socket Bind()
    {
        if (EndPoint is not UnixDomainSocketEndPoint)
        {
            Socket tcp = new(EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            tcp.Bind(EndPoint);
            return tcp;
        }
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(EndPoint);
        return socket;
    }

    /// <inheritdoc/>
    public override string ToString() => EndPoint is UnixDomainSocketEndPoint ? UnixPrefix + EndPoint : string.Create(CultureInfo.InvariantCulture, $"{TcpPrefix}{EndPoint}");
}
