using System.Runtime.InteropServices;

namespace Caisson.Daemon.EngineApi;

/// <summary>What is told of this machine.</summary>
internal static class Kernel
{
    /// <summary>The release of its kernel.</summary>
    public static string Release { get; } = Read("/proc/sys/kernel/osrelease");

    /// <summary>Its processor, in the kernel's word.</summary>
    public static string Machine { get; } = RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => "x86_64",
        Architecture.Arm64 => "aarch64",
        Architecture other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>Its memory.</summary>
    public static long MemoryBytes { get; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
