using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Caisson.Daemon.Hosting;

/// <summary>A place where the daemon listens.</summary>
public sealed class DaemonAddress
{
    private const string UnixPrefix = "unix://";
    private const string TcpPrefix = "tcp://";

    // What a socket's name may have in the kernel, without the byte at its end.
    private const int MaxSocketPath = 107;

    private DaemonAddress(EndPoint endPoint) => EndPoint = endPoint;

    /// <summary>What the server listens on.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>The path of a socket in the file system; null for other addresses.</summary>
    public string? SocketPath => EndPoint is UnixDomainSocketEndPoint unix ? unix.ToString() : null;

    /// <summary>Whether other machines reach it.</summary>
    public bool IsRemote => EndPoint is IPEndPoint tcp && !IPAddress.IsLoopback(tcp.Address);

    /// <summary>Whether it is one of TCP.</summary>
    public bool IsTcp => EndPoint is IPEndPoint;

    /// <summary>A socket that somebody else has bound, and that this process was started with.</summary>
    /// <param name="descriptor">Its number in this process.</param>
    public static DaemonAddress Inherited(int descriptor) => new(new FileHandleEndPoint((ulong)descriptor, FileHandleType.Auto));

    /// <summary>Reads <c>unix:///path</c> or <c>tcp://ADDRESS:PORT</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address.</param>
    /// <param name="problem">Why it is none.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out DaemonAddress? address, [NotNullWhen(false)] out string? problem)
    {
        address = null;
        problem = null;
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            string path = text[UnixPrefix.Length..];
            if (!Path.IsPathRooted(path) || path.EndsWith('/'))
                problem = "the path of the socket is absolute: unix:///run/caisson/caisson.sock";
            else if (System.Text.Encoding.UTF8.GetByteCount(path) > MaxSocketPath)
                problem = $"the path of a socket has {MaxSocketPath} bytes at most";
            else
                address = new DaemonAddress(new UnixDomainSocketEndPoint(path));
        }
        else if (!text.StartsWith(TcpPrefix, StringComparison.Ordinal))
        {
            problem = "write unix:///path or tcp://ADDRESS:PORT";
        }
        else if (!IPEndPoint.TryParse(text[TcpPrefix.Length..], out IPEndPoint? tcp))
        {
            problem = "behind tcp:// stands the number of an address, and a port: tcp://127.0.0.1:2375";
        }
        else if (!HasPort(text, tcp))
        {
            problem = "the port is missing: tcp://127.0.0.1:2375";
        }
        else
        {
            address = new DaemonAddress(tcp);
        }
        return address is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => EndPoint switch
    {
        UnixDomainSocketEndPoint unix => UnixPrefix + unix,
        FileHandleEndPoint inherited => string.Create(CultureInfo.InvariantCulture, $"fd://{inherited.FileHandle}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{TcpPrefix}{EndPoint}"),
    };

    // Zero is a port, any: only where it is written.
    private static bool HasPort(string text, IPEndPoint read) => read.Port != 0 || text.EndsWith(":0", StringComparison.Ordinal);
}
