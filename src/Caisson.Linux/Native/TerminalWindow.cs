using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Native;

/// <summary>The window of a terminal.</summary>
/// <param name="Columns">Its width.</param>
/// <param name="Rows">Its height.</param>
public readonly partial record struct TerminalWindow(ushort Columns, ushort Rows)
{
    private const nuint GetSize = 0x5413; // TIOCGWINSZ
    private const nuint SetSize = 0x5414; // TIOCSWINSZ
    private const int NoControllingTerminal = 0x100; // O_NOCTTY

    /// <summary>The window that this process's standard input is; null when that is no terminal.</summary>
    public static unsafe TerminalWindow? OfInput
    {
        get
        {
            Size size;
            return Control(0, GetSize, &size) == 0 ? new TerminalWindow(size.Columns, size.Rows) : null;
        }
    }

    /// <summary>Gives a terminal this size, and tells the programs that are in its foreground.</summary>
    /// <param name="path">The terminal; nothing happens when it is none, or is not there any more.</param>
    public unsafe void TryGiveTo(string path)
    {
        int fd = Open(path, OpenFlags.ReadWrite | OpenFlags.CloseOnExec | NoControllingTerminal, 0);
        using SafeFileHandle terminal = new(fd, ownsHandle: fd >= 0);
        if (fd < 0)
            return;
        Size size = new() { Columns = Columns, Rows = Rows };
        _ = Control(fd, SetSize, &size);
    }

    // The third argument of this variadic call is passed as any other on x86-64 and ARM64.
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static unsafe partial int Control(int fd, nuint request, Size* size);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    // struct winsize, asm-generic/termios.h
    [StructLayout(LayoutKind.Sequential)]
    private struct Size
    {
        public ushort Rows;
        public ushort Columns;
        public ushort WidthPixels;
        public ushort HeightPixels;
    }
}
