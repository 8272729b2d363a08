using System.Runtime.InteropServices;

namespace Caisson.Linux.Native;

/// <summary>Shared libraries of the system that only some builds need.</summary>
internal static class SystemLibrary
{
    /// <summary>Whether a library is on this machine.</summary>
    public static bool IsAvailable(string name)
    {
        if (!NativeLibrary.TryLoad(name, out nint handle))
            return false;
        NativeLibrary.Free(handle);
        return true;
    }

    /// <summary>Makes sure of a library before the first call to it.</summary>
    /// <exception cref="MissingLibraryException">It is not on this machine.</exception>
    public static void Require(string name, string package, string use)
    {
        if (!IsAvailable(name))
            throw new MissingLibraryException(name, package, use);
    }
}
