using System.Runtime.InteropServices;
using Caisson.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Native;

/// <summary>Tells of files that are opened, whoever opens them: a group of fanotify(7), which only root may have.</summary>
/// <remarks>One thread at a time reads.</remarks>
internal sealed partial class Fanotify : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>A file was opened and closed, by who did not open it for writing.</summary>
    public const ulong ClosedUnwritten = 0x10;

    /// <summary>A file was opened.</summary>
    public const ulong Opened = 0x20;

    /// <summary>A file was opened to be executed.</summary>
    public const ulong OpenedToRun = 0x1000;

    private const ulong Overflow = 0x4000;
    private const uint CloseOnExec = 0x1;
    private const uint NonBlocking = 0x2;
    private const uint UnlimitedQueue = 0x10;
    private const uint UnlimitedMarks = 0x20;
    private const uint AddMark = 0x1;
    private const uint OnFileSystem = 0x100;
    private const int MetadataBytes = 24; // struct fanotify_event_metadata
    private const int BufferBytes = 512 * MetadataBytes; // each event of it is an open file of this process
    private const int MaxPathBytes = 4096;
    private const short ReadReady = 0x1;

    private readonly byte[] _buffer = new byte[BufferBytes];

    private Fanotify(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    /// <summary>Makes a group, without a limit of how much waits to be read.</summary>
    /// <exception cref="SystemCallException">EPERM: this process may not.</exception>
    public static Fanotify Create()
    {
        int fd = Init(CloseOnExec | NonBlocking | UnlimitedQueue | UnlimitedMarks, (uint)(OpenFlags.CloseOnExec | OpenFlags.NonBlocking));
        return fd < 0 ? throw SystemCallException.Last("fanotify_init") : new Fanotify(fd);
    }

    /// <summary>Has it told of all files of the file system that a directory is on.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="events">What is told of.</param>
    /// <exception cref="SystemCallException">The kernel refuses.</exception>
    public void Watch(DirectoryHandle directory, ulong events)
    {
        if (Mark(this, AddMark | OnFileSystem, events, directory, null) != 0)
            throw SystemCallException.Last("fanotify_mark");
    }

    /// <summary>Waits until there is something to read, at most for so long.</summary>
    public void Wait(int timeoutMs)
    {
        bool isHeld = false;
        try
        {
            DangerousAddRef(ref isHeld);
            PollEntry entry = new() { Fd = (int)handle, Events = ReadReady };
            _ = Poll(ref entry, 1, timeoutMs); // interrupted or not: whoever waits looks again
        }
        finally
        {
            if (isHeld)
                DangerousRelease();
        }
    }

    /// <summary>Reads what there is.</summary>
    /// <param name="take">Takes what happened to a file, and its path as those see it who opened it; null for one whose file is not to be had, and of which something may be lost so.</param>
    /// <returns>False when there was nothing.</returns>
    public unsafe bool Read(Action<ulong, string?> take)
    {
        nint length;
        fixed (byte* start = _buffer)
            length = ReadBytes(this, start, (nuint)_buffer.Length);
        if (length < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error is Errno.EAGAIN)
                return false;
            if (error is not Errno.EINTR)
                take(0, null); // the event of a file that cannot be opened here is gone
            return true;
        }
        if (length == 0)
            return false;
        for (int at = 0; at + MetadataBytes <= length;)
        {
            Metadata metadata = MemoryMarshal.Read<Metadata>(_buffer.AsSpan(at));
            if (metadata.Fd < 0 || (metadata.Mask & Overflow) != 0)
            {
                take(metadata.Mask, null);
            }
            else
            {
                string? path = PathOf(metadata.Fd);
                _ = CloseFile(metadata.Fd);
                take(metadata.Mask, path);
            }
            if (metadata.Length < MetadataBytes)
                break;
            at += (int)metadata.Length;
        }
        return true;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => CloseFile((int)handle) == 0;

    private static unsafe string? PathOf(int fd)
    {
        Span<byte> buffer = stackalloc byte[MaxPathBytes];
        fixed (byte* start = buffer)
        {
            nint length = ReadLink(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/self/fd/{fd}"), start, MaxPathBytes);
            return length is > 0 and < MaxPathBytes ? PathText.Decode(buffer[..(int)length]) : null;
        }
    }

    [LibraryImport("libc", EntryPoint = "fanotify_init", SetLastError = true)]
    private static partial int Init(uint flags, uint eventFlags);

    [LibraryImport("libc", EntryPoint = "fanotify_mark", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mark(Fanotify group, uint flags, ulong mask, DirectoryHandle directory, string? path);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static unsafe partial nint ReadBytes(Fanotify group, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial nint ReadLink(string path, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollEntry entries, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseFile(int fd);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Fd;
        public short Events;
        public short Happened;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Metadata
    {
        public uint Length;
        public byte Version;
        public byte Reserved;
        public ushort MetadataLength;
        public ulong Mask;
        public int Fd;
        public int ProcessId;
    }
}
