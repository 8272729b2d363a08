using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Native;

/// <summary>The calls that furnish a network namespace. They act on the calling thread's namespace, and start no other thread.</summary>
/// <remarks>All throw <see cref="SystemCallException"/> when the kernel refuses. Sources: setns(2), netdevice(7), rtnetlink(7), packet(7).</remarks>
internal static partial class NetworkNamespaces
{
    private const int NetworkNamespace = 0x40000000; // CLONE_NEWNET
    private const int InternetFamily = 2; // AF_INET
    private const int Internet6Family = 10; // AF_INET6
    private const int NetlinkFamily = 16; // AF_NETLINK
    private const int PacketFamily = 17; // AF_PACKET
    private const int StreamType = 1; // SOCK_STREAM
    private const int DatagramType = 2; // SOCK_DGRAM
    private const int RawType = 3; // SOCK_RAW
    private const int CloseOnExec = 0x80000; // SOCK_CLOEXEC
    private const int EveryProtocol = 0x0300; // htons(ETH_P_ALL)
    private const nuint SetInterfaceFlags = 0x8914; // SIOCSIFFLAGS
    private const short Up = 1; // IFF_UP
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int AttachFilter = 26; // SO_ATTACH_FILTER
    private const int Backlog = 512;
    private const int InterfaceRequestBytes = 40; // struct ifreq

    private const ushort NewRoute = 24; // RTM_NEWROUTE
    private const ushort RequestCreateAcknowledge = 0x405; // NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK
    private const ushort OutgoingInterface = 4; // RTA_OIF
    private const byte LocalTable = 255; // RT_TABLE_LOCAL
    private const byte BootProtocol = 3; // RTPROT_BOOT
    private const byte HostScope = 254; // RT_SCOPE_HOST
    private const byte LocalType = 2; // RTN_LOCAL
    private const int LoopbackIndex = 1; // the first interface of every namespace

    /// <summary>setns(2): this thread moves to a network namespace.</summary>
    public static void Enter(SafeFileHandle ns)
    {
        if (SetNs(ns, NetworkNamespace) != 0)
            throw SystemCallException.Last("setns");
    }

    /// <summary>Brings the loopback up.</summary>
    public static unsafe void RaiseLoopback()
    {
        using SafeSocketHandle socket = Open(InternetFamily, DatagramType, 0);
        byte* request = stackalloc byte[InterfaceRequestBytes];
        new Span<byte>(request, InterfaceRequestBytes).Clear();
        "lo"u8.CopyTo(new Span<byte>(request, InterfaceRequestBytes));
        BinaryPrimitives.WriteInt16LittleEndian(new Span<byte>(request + 16, 2), Up);
        if (IoCtl(socket, SetInterfaceFlags, request) != 0)
            throw SystemCallException.Last("ioctl", "lo");
    }

    /// <summary>
    /// Makes every address of IPv4 and of IPv6 one of this namespace's own: what is sent anywhere arrives at the loopback, where nobody takes it and it is refused at once.
    /// A kernel without IPv6 has no such addresses.
    /// </summary>
    public static void RouteEverythingToLoopback()
    {
        AddLocalRoute(InternetFamily);
        try
        {
            AddLocalRoute(Internet6Family);
        }
        catch (SystemCallException)
        {
            // Without IPv6, nothing is sent with it.
        }
    }

    /// <summary>A socket that listens for connections.</summary>
    public static unsafe SafeSocketHandle Listen(IPEndPoint at)
    {
        SafeSocketHandle socket = Open(InternetFamily, StreamType, 0);
        try
        {
            Span<byte> address = stackalloc byte[16]; // struct sockaddr_in
            address.Clear();
            BinaryPrimitives.WriteInt16LittleEndian(address, InternetFamily);
            BinaryPrimitives.WriteUInt16BigEndian(address[2..], (ushort)at.Port);
            at.Address.GetAddressBytes().CopyTo(address[4..]);
            fixed (byte* pointer = address)
            {
                if (Bind(socket, pointer, address.Length) != 0)
                    throw SystemCallException.Last("bind", at.ToString());
            }
            if (ListenCall(socket, Backlog) != 0)
                throw SystemCallException.Last("listen", at.ToString());
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A socket that gets a copy of every packet to an address that is no loopback's, from its network header on.</summary>
    public static unsafe SafeSocketHandle Watch()
    {
        SafeSocketHandle socket = Open(PacketFamily, DatagramType, EveryProtocol);
        try
        {
            // Classic BPF: what goes to 127.0.0.0/8 or ::1, which is nearly all, is not copied.
            ReadOnlySpan<FilterInstruction> filter =
            [
                new(0x28, 0, 0, 0xFFFFF000), // ldh [protocol]
                new(0x15, 0, 3, 0x0800), // IPv4?
                new(0x30, 0, 0, 16), // ldb [16]: the first byte of the destination
                new(0x15, 7, 0, 127), // 127: drop
                new(0x06, 0, 0, 0xFFFF), // take
                new(0x15, 0, 5, 0x86DD), // IPv6?
                new(0x20, 0, 0, 36), // ld [36]: the last bytes of the destination
                new(0x15, 0, 2, 1), // not …:1: take
                new(0x20, 0, 0, 24), // ld [24]: its first bytes
                new(0x15, 1, 0, 0), // ::…:1: drop
                new(0x06, 0, 0, 0xFFFF), // take
                new(0x06, 0, 0, 0), // drop
            ];
            fixed (FilterInstruction* instructions = filter)
            {
                FilterProgram program = new((ushort)filter.Length, instructions);
                if (SetSockOpt(socket, SocketLevel, AttachFilter, &program, sizeof(FilterProgram)) != 0)
                    throw SystemCallException.Last("setsockopt");
            }
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SafeSocketHandle Open(int family, int type, int protocol)
    {
        int socket = SocketCall(family, type | CloseOnExec, protocol);
        return socket >= 0 ? new SafeSocketHandle(socket, ownsHandle: true) : throw SystemCallException.Last("socket");
    }

    private static unsafe void AddLocalRoute(int family)
    {
        using SafeSocketHandle socket = Open(NetlinkFamily, RawType, 0);
        Span<byte> message = stackalloc byte[36]; // struct nlmsghdr, struct rtmsg, one attribute
        message.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], NewRoute);
        BinaryPrimitives.WriteUInt16LittleEndian(message[6..], RequestCreateAcknowledge);
        Span<byte> route = message[16..28];
        (route[0], route[4], route[5], route[6], route[7]) = ((byte)family, LocalTable, BootProtocol, HostScope, LocalType);
        BinaryPrimitives.WriteUInt16LittleEndian(message[28..], 8);
        BinaryPrimitives.WriteUInt16LittleEndian(message[30..], OutgoingInterface);
        BinaryPrimitives.WriteInt32LittleEndian(message[32..], LoopbackIndex);
        Span<byte> answer = stackalloc byte[256];
        nint received;
        fixed (byte* sent = message, taken = answer)
        {
            if (Send(socket, sent, (nuint)message.Length, 0) < 0)
                throw SystemCallException.Last("send", "netlink");
            received = Receive(socket, taken, (nuint)answer.Length, 0);
        }
        if (received < 20)
            throw SystemCallException.Last("recv", "netlink");
        int error = -BinaryPrimitives.ReadInt32LittleEndian(answer[16..]);
        if (error is not (0 or Errno.EEXIST))
            throw new SystemCallException("RTM_NEWROUTE", error, "lo");
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNs(SafeFileHandle ns, int kind);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int SocketCall(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static unsafe partial int Bind(SafeSocketHandle socket, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    private static partial int ListenCall(SafeSocketHandle socket, int backlog);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static unsafe partial int IoCtl(SafeSocketHandle socket, nuint request, byte* argument);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static unsafe partial int SetSockOpt(SafeSocketHandle socket, int level, int name, FilterProgram* value, int length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static unsafe partial nint Send(SafeSocketHandle socket, byte* data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static unsafe partial nint Receive(SafeSocketHandle socket, byte* data, nuint length, int flags);

    // struct sock_filter
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct FilterInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand);

    // struct sock_fprog
    [StructLayout(LayoutKind.Sequential)]
    private readonly unsafe struct FilterProgram(ushort length, FilterInstruction* instructions)
    {
        public readonly ushort Length = length;
        public readonly FilterInstruction* Instructions = instructions;
    }
}
