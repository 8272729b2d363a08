using System.Net.Sockets;
using Caisson.Daemon.Hosting;
using Caisson.Engine;
using Caisson.Linux.Native;
using Caisson.Oci.Tests.Testing;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Daemon.Tests.Hosting;

public sealed class ListeningSocketTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private string SocketPath => Path.Combine(_directory.Path, "d", "caisson.sock");

    private DaemonAddress Address
    {
        get
        {
            Assert.True(DaemonAddress.TryParse("unix://" + SocketPath, out DaemonAddress? address, out _));
            return address;
        }
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_socket_is_its_owners_alone_and_nothing_else_is_left_beside_it()
    {
        using ListeningSocket socket = ListeningSocket.Bind(Address, group: null);
        using Socket listening = socket.Socket;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
        Assert.Equal([SocketPath], Directory.GetFileSystemEntries(Path.GetDirectoryName(SocketPath)!));
        Connect();
    }

    [Fact]
    public void A_group_may_connect_when_it_is_named()
    {
        using ListeningSocket socket = ListeningSocket.Bind(Address, CurrentProcess.EffectiveGroupId);
        using Socket listening = socket.Socket;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(SocketPath));
    }

    [Fact]
    public void It_is_somebody_elses_when_they_are_named()
    {
        Assert.SkipUnless(CurrentProcess.EffectiveUserId == 0, "files are given away by root alone");
        using ListeningSocket socket = ListeningSocket.Bind(Address, group: null, owner: 7);
        using Socket listening = socket.Socket;
        using DirectoryHandle directory = DirectoryHandle.Open(Path.GetDirectoryName(SocketPath)!);
        FileStatus? status = directory.TryStatus(Path.GetFileName(SocketPath));
        Assert.Equal((7u, CurrentProcess.EffectiveGroupId, UnixFileMode.UserRead | UnixFileMode.UserWrite), (status?.Uid, status?.Gid, File.GetUnixFileMode(SocketPath)));
    }

    [Fact]
    public void A_descriptor_that_is_no_socket_is_refused()
    {
        using SafeFileHandle file = File.OpenHandle("/dev/null");
        DaemonAddress address = DaemonAddress.Inherited((int)file.DangerousGetHandle());
        file.SetHandleAsInvalid(); // it was given away
        BuildException e = Assert.Throws<BuildException>(() => ListeningSocket.Bind(address, group: null));
        Assert.Equal(EngineCodes.AddressUnusable, Assert.Single(e.Diagnostics).Code);
        Assert.Contains("LISTEN_FDS", e.Diagnostics[0].Hint, StringComparison.Ordinal);
    }

    // Each is bound by way of a number of an open directory, which is another's by the time that .NET removes what it bound.
    [Fact]
    public void The_end_of_one_does_not_disturb_the_beginning_of_another()
    {
        Parallel.For(0, 4, worker =>
        {
            for (int i = 0; i < 250; i++)
            {
                Assert.True(DaemonAddress.TryParse($"unix://{_directory.Path}/{worker}/caisson.sock", out DaemonAddress? address, out _));
                using ListeningSocket socket = ListeningSocket.Bind(address, group: null);
                socket.Socket.Dispose();
            }
        });
    }

    [Fact]
    public void A_socket_of_a_dead_daemon_is_taken_over()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SocketPath)!);
        using (Socket dead = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            // .NET removes what it bound, by the path that it was given.
            dead.Bind(new UnixDomainSocketEndPoint(SocketPath + ".first"));
            File.Move(SocketPath + ".first", SocketPath);
        }
        Assert.True(File.Exists(SocketPath));
        using ListeningSocket socket = ListeningSocket.Bind(Address, group: null);
        using Socket listening = socket.Socket;
        Connect();
    }

    [Fact]
    public void A_living_daemon_is_left_alone()
    {
        using ListeningSocket first = ListeningSocket.Bind(Address, group: null);
        using Socket listening = first.Socket;
        BuildException e = Assert.Throws<BuildException>(() => ListeningSocket.Bind(Address, group: null));
        Assert.Equal(EngineCodes.AddressUnusable, e.Code);
        Assert.Contains("a daemon listens there already", e.Message, StringComparison.Ordinal);
        Connect();
    }

    [Fact]
    public void A_file_that_is_no_socket_is_not_replaced()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SocketPath)!);
        File.WriteAllText(SocketPath, "mine");
        Assert.Equal(EngineCodes.AddressUnusable, Assert.Throws<BuildException>(() => ListeningSocket.Bind(Address, group: null)).Code);
        Assert.Equal("mine", File.ReadAllText(SocketPath));
    }

    [Fact]
    public void A_socket_goes_with_its_daemon_but_not_that_of_another()
    {
        ListeningSocket first = ListeningSocket.Bind(Address, group: null);
        first.Socket.Dispose();
        using ListeningSocket second = ListeningSocket.Bind(Address, group: null);
        using Socket listening = second.Socket;
        first.Dispose();
        Connect();
        second.Dispose();
        Assert.False(File.Exists(SocketPath));
    }

    private void Connect()
    {
        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(SocketPath));
    }
}
