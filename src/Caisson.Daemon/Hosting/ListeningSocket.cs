using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Caisson.Engine;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Microsoft.AspNetCore.Connections;

namespace Caisson.Daemon.Hosting;

/// <summary>A socket that is bound to an address. One in the file system is there for those who may connect to it only, from its first moment, and goes with the daemon.</summary>
internal sealed class ListeningSocket : IDisposable
{
    private const string MakingName = ".caisson-serve";
    private const int OwnerOnly = 0b110_000_000;
    private const int OwnerAndGroup = 0b110_110_000;
    private const int Private = 0b111_000_000;
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static int s_bound;

    private readonly string? _path;
    private readonly FileStatus? _file;

    private ListeningSocket(DaemonAddress address, Socket socket, FileStatus? file = null)
    {
        Address = address;
        Socket = socket;
        _path = address.SocketPath;
        _file = file;
    }

    /// <summary>Where it listens.</summary>
    public DaemonAddress Address { get; }

    /// <summary>The socket; it is the server's, which disposes of it.</summary>
    public Socket Socket { get; }

    /// <summary>Binds one.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="group">The group that may connect besides the owner; null for none.</param>
    /// <param name="owner">Whose it is; null for this process's user.</param>
    /// <exception cref="BuildException">The address cannot be had: another daemon listens there, for example.</exception>
    public static ListeningSocket Bind(DaemonAddress address, uint? group, uint? owner = null)
    {
        try
        {
            return address.EndPoint switch
            {
                UnixDomainSocketEndPoint => BindFile(address, group, owner),
                FileHandleEndPoint inherited => new ListeningSocket(address, Inherit(inherited)),
                _ => new ListeningSocket(address, BindTcp(address.EndPoint)),
            };
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            string hint = address.Descriptor is not null ? SocketActivation.Hint
                : e is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } ? "end what listens there, or choose another address with --addr" : "choose another address with --addr";
            throw new BuildException(EngineCodes.AddressUnusable, $"cannot listen at {address}: {e.Message}", hint, e);
        }
    }

    /// <summary>Takes the socket from the file system, if it is this one still.</summary>
    public void Dispose()
    {
        if (_path is null || _file is not { } own)
            return;
        try
        {
            using DirectoryHandle directory = DirectoryHandle.Open(DirectoryOf(_path));
            if (directory.TryStatus(Path.GetFileName(_path)) is { } there && there.Inode == own.Inode && there.Device == own.Device)
                directory.RemoveFile(Path.GetFileName(_path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody has taken it away, or the directory.
        }
    }

    // Bound in a directory that nobody else may enter, and moved to its place when its mode is right: there is no moment at which others could connect.
    // Whoever does that holds the lock of the directory, so that of two daemons one sees the other.
    private static ListeningSocket BindFile(DaemonAddress address, uint? group, uint? owner)
    {
        string path = address.SocketPath!; // it is one
        string name = Path.GetFileName(path);
        Directory.CreateDirectory(DirectoryOf(path), Passable);
        using FileLock turn = FileLock.AcquireDirectory(DirectoryOf(path));
        using DirectoryHandle directory = DirectoryHandle.Open(DirectoryOf(path));
        RefuseToReplace(directory, name, address);
        RemoveMaking(directory);
        directory.CreateDirectory(MakingName, Private);
        // .NET removes what it bound by the path that it was given, whatever is there by then: a name is used once.
        string bound = string.Create(CultureInfo.InvariantCulture, $".caisson-serve-{Interlocked.Increment(ref s_bound)}");
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            using DirectoryHandle making = DirectoryHandle.Open(Path.Combine(DirectoryOf(path), MakingName));
            socket.Bind(new UnixDomainSocketEndPoint($"/proc/self/fd/{making.DangerousGetHandle()}/{bound}"));
            making.SetMode(bound, OwnerOnly);
            if (owner is not null || group is not null)
                making.SetOwner(bound, owner ?? CurrentProcess.EffectiveUserId, group ?? CurrentProcess.EffectiveGroupId);
            if (group is not null)
                making.SetMode(bound, OwnerAndGroup);
            // Before it can be found: else a client of the first moment would be refused.
            socket.Listen();
            making.Rename(bound, directory, name);
            return new ListeningSocket(address, socket, directory.TryStatus(name));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        finally
        {
            RemoveMaking(directory);
        }
    }

    // What a dead daemon left is replaced.
    private static void RefuseToReplace(DirectoryHandle directory, string name, DaemonAddress address)
    {
        if (directory.TryStatus(name) is not { } there)
            return;
        if (there.Kind != FileKind.Socket)
            throw new BuildException(EngineCodes.AddressUnusable, $"cannot listen at {address}: something else is there", "choose another address with --addr, or remove the file");
        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(address.EndPoint);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            return;
        }
        throw new BuildException(EngineCodes.AddressUnusable, $"cannot listen at {address}: a daemon listens there already", "use that one, end it, or choose another address with --addr");
    }

    private static void RemoveMaking(DirectoryHandle directory)
    {
        if (directory.TryStatus(MakingName) is not null)
            DirectoryRemoval.Remove(directory, MakingName);
    }

    private static Socket BindTcp(EndPoint place)
    {
        Socket socket = new(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (place is IPEndPoint { Address: var address } && address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true; // every address of this machine
            socket.Bind(place);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Socket Inherit(FileHandleEndPoint inherited)
    {
        SafeSocketHandle handle = new((nint)inherited.FileHandle, ownsHandle: true);
        Socket socket = new(handle);
        // .NET takes any descriptor for a socket until it is used.
        _ = socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Type);
        return socket;
    }

    private static string DirectoryOf(string path) => Path.GetDirectoryName(path) ?? "/";
}
