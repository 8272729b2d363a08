using System.Runtime.InteropServices;

namespace Caisson.Linux.Native;

/// <summary>The three streams that a process starts with.</summary>
public static partial class StandardStreams
{
    /// <summary>Whether standard input is a terminal.</summary>
    public static bool InputIsTerminal => IsTerminal(0) == 1;

    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsTerminal(int fd);
}
