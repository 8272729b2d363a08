using System.Runtime.InteropServices;

namespace Caisson.Linux.Native;

/// <summary>A system call failed: which one, on which path, and with which error number.</summary>
public sealed class SystemCallException : IOException
{
    /// <summary>Says which call failed and why.</summary>
    /// <param name="call">The name of the call, for example <c>openat2</c>.</param>
    /// <param name="errno">The error number (<see cref="Errno"/>).</param>
    /// <param name="path">What the call was about, or null.</param>
    public SystemCallException(string call, int errno, string? path = null)
        : base(path is null ? $"{call}: {Describe(errno)}" : $"{call} {path}: {Describe(errno)}")
    {
        Call = call;
        ErrorNumber = errno;
        Path = path;
    }

    /// <summary>The name of the call.</summary>
    public string Call { get; }

    /// <summary>The error number.</summary>
    public int ErrorNumber { get; }

    /// <summary>What the call was about; null when it has no path.</summary>
    public string? Path { get; }

    /// <summary>Whether the disk, or the user's share of it, is full.</summary>
    public bool IsDiskFull => ErrorNumber is Errno.ENOSPC or Errno.EDQUOT;

    /// <summary>Whether a failure, of a call of ours or of .NET's, says that the disk, or the user's share of it, is full.</summary>
    public static bool SaysDiskFull(Exception failure) => failure switch
    {
        SystemCallException e => e.IsDiskFull,
        IOException e => (e.HResult & 0xFFFF) is Errno.ENOSPC or Errno.EDQUOT,
        _ => false,
    };

    /// <summary>Whether the path, or a directory on the way to it, is not there.</summary>
    public bool IsNotFound => ErrorNumber is Errno.ENOENT or Errno.ENOTDIR;

    /// <summary>The kernel's words for an error number, for example <c>No such file or directory</c>.</summary>
    public static string Describe(int errno) => Marshal.GetPInvokeErrorMessage(errno);

    internal static SystemCallException Last(string call, string? path = null) => new(call, Marshal.GetLastPInvokeError(), path);
}
