using System.Globalization;
using Caisson.Linux.Native;

namespace Caisson.Linux.Files;

/// <summary>Where a directory really is.</summary>
public static class RealPath
{
    /// <summary>The absolute path of a directory with all links followed; null when it is not there.</summary>
    public static string? Find(string directory)
    {
        if (!Directory.Exists(directory))
            return null;
        using DirectoryHandle opened = DirectoryHandle.Open(directory);
        return File.ResolveLinkTarget(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{opened.DangerousGetHandle()}"), returnFinalTarget: false)?.FullName;
    }

    /// <summary>The path of one directory relative to another one that it is in; null when it is not in it, or either is not there.</summary>
    /// <param name="directory">The inner one.</param>
    /// <param name="outer">The outer one.</param>
    public static string? FindBelow(string directory, string outer) =>
        Find(directory) is { } inner && Find(outer) is { } root && Path.GetRelativePath(root, inner) is var path && path != "." && path.Split('/')[0] != ".." ? path : null;
}
