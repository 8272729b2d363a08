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

    private readonly EndPoint? _bound;

    private DaemonAddress(EndPoint endPoint, EndPoint? bound)
    {
        EndPoint = endPoint;
        _bound = bound;
    }

    /// <summary>What the server listens on.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>The path of a socket in the file system; null for other addresses.</summary>
    public string? SocketPath => EndPoint is UnixDomainSocketEndPoint unix ? unix.ToString() : null;

    /// <summary>Whether other machines reach it.</summary>
    public bool IsRemote => _bound is IPEndPoint tcp && !IPAddress.IsLoopback(tcp.Address);

    /// <summary>Whether it is one of TCP.</summary>
    public bool IsTcp => _bound is IPEndPoint;

    /// <summary>The number of the socket that this process was started with; null for other addresses.</summary>
    public int? Descriptor => EndPoint is FileHandleEndPoint inherited ? (int)inherited.FileHandle : null;

    /// <summary>A socket that somebody else has bound, and that this process was started with.</summary>
    /// <param name="descriptor">Its number in this process.</param>
    public static DaemonAddress Inherited(int descriptor) => new(new FileHandleEndPoint((ulong)descriptor, FileHandleType.Auto), BoundTo(descriptor));

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
                address = Of(new UnixDomainSocketEndPoint(path));
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
            address = Of(tcp);
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

    private static DaemonAddress Of(EndPoint endPoint) => new(endPoint, endPoint);

    // Where a socket is bound that was made elsewhere; null where that is no socket.
    private static EndPoint? BoundTo(int descriptor)
    {
        try
        {
            Socket socket = new(new SafeSocketHandle(descriptor, ownsHandle: false));
#pragma warning disable CA1816 // It is looked at only, and is not its own: its end must not be that of the connections to come.
            GC.SuppressFinalize(socket);
#pragma warning restore CA1816
            return socket.LocalEndPoint;
        }
        catch (Exception e) when (e is SocketException or NotSupportedException)
        {
            return null;
        }
    }

    // Zero is a port, any: only where it is written.
    private static bool HasPort(string text, IPEndPoint read) => read.Port != 0 || text.EndsWith(":0", StringComparison.Ordinal);
}
