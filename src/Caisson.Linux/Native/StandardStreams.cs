using System.Runtime.InteropServices;

namespace Caisson.Linux.Native;

/// <summary>The three streams that a process starts with.</summary>
public static partial class StandardStreams
{
    private const short CanWrite = 4; // POLLOUT

    /// <summary>Whether standard input is a terminal.</summary>
    public static bool InputIsTerminal => IsTerminal(0) == 1;

    /// <summary>Whether standard output is a terminal.</summary>
    public static bool OutputIsTerminal => IsTerminal(1) == 1;

    /// <summary>Whether standard error is a terminal.</summary>
    public static bool ErrorIsTerminal => IsTerminal(2) == 1;

    /// <summary>Writes to standard output, at the place that whoever shares it has reached: write(2).</summary>
    /// <exception cref="SystemCallException">Nobody reads it any more, or the disk is full.</exception>
    public static void WriteOutput(ReadOnlySpan<byte> bytes) => Write(1, bytes);

    /// <summary>Writes to standard error.</summary>
    /// <exception cref="SystemCallException">Nobody reads it any more, or the disk is full.</exception>
    public static void WriteError(ReadOnlySpan<byte> bytes) => Write(2, bytes);

    private static unsafe void Write(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                nint written = Write(fd, start + done, bytes.Length - done);
                if (written >= 0)
                    done += (int)written;
                else if (Marshal.GetLastPInvokeError() == Errno.EAGAIN)
                    WaitUntilWritable(fd);
                else if (Marshal.GetLastPInvokeError() != Errno.EINTR)
                    throw SystemCallException.Last("write");
            }
        }
    }

    // Whoever gave it to this process made it one that does not wait.
    private static unsafe void WaitUntilWritable(int fd)
    {
        PollRequest request = new() { Descriptor = fd, Events = CanWrite };
        if (Poll(&request, 1, -1) < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
            throw SystemCallException.Last("poll");
    }

    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsTerminal(int fd);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint Write(int fd, byte* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int Poll(PollRequest* requests, nuint count, int timeoutMs);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }
}
