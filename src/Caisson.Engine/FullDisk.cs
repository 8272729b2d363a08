using System.Globalization;
using Caisson.Dockerfile.Source;
using Caisson.Linux.Files;
using Caisson.Linux.Native;

namespace Caisson.Engine;

/// <summary>What the user reads when a disk is full: which one, and what can go.</summary>
internal static class FullDisk
{
    private const string QuotedPath = " : '/"; // how .NET names the file of an IOException

    /// <summary>Says it.</summary>
    /// <param name="failure">What said first that there is no room.</param>
    /// <param name="place">Where it most likely happened when the failure does not tell; null when nothing is known of that.</param>
    /// <param name="store">The store; null when it was not at work.</param>
    public static Diagnostic Describe(Exception failure, string? place, string? store)
    {
        string message = $"the disk is full: {failure.Message}";
        if ((PathOf(failure) ?? FullPath(place)) is not { } path || MountTable.Read().Find(path) is not { } mount)
            return Error(message, "free some space, or put the store elsewhere with --root");
        string hint = store is not null && MountTable.IsBelow(path, Path.GetFullPath(store))
            ? "free some space there: caisson prune removes what is not needed of the store; or put it elsewhere with --root"
            : "free some space there, or write elsewhere";
        return Error($"{message}; nothing more fits on {mount.Path} ({mount.FileSystem}{SizeOf(mount.Path)})", hint);
    }

    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);

    // An absolute path only: others begin at a directory that is known no more.
    private static string? PathOf(Exception failure)
    {
        if (failure is SystemCallException { Path: ['/', ..] path })
            return path;
        int start = failure.Message.LastIndexOf(QuotedPath, StringComparison.Ordinal);
        return start < 0 ? null : failure.Message[(start + QuotedPath.Length - 1)..].TrimEnd('\'');
    }

    // Files need entries as well as room: a disk can have run out of either.
    private static string SizeOf(string mount)
    {
        try
        {
            DriveInfo drive = new(mount);
            return string.Create(CultureInfo.InvariantCulture, $", {drive.TotalSize / 1e6:0.0}MB, {drive.AvailableFreeSpace / 1e6:0.0}MB free now");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static Diagnostic Error(string message, string hint) => new(EngineCodes.DiskFull, Severity.Error, message, Where: null, hint);
}
