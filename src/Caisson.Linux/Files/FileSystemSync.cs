using System.Globalization;
using System.Runtime.InteropServices;
using Caisson.Linux.Native;

namespace Caisson.Linux.Files;

/// <summary>
/// Tells what of a store survived a loss of power. Nothing is flushed step by step; instead a mark says when the whole file system was last
/// flushed, and what is younger than the mark and older than the machine's start is not trusted.
/// </summary>
public sealed partial class FileSystemSync
{
    private readonly string _markPath;
    private readonly FileTime _bootTime;

    /// <summary>Keeps its mark in a file of the store.</summary>
    public FileSystemSync(string markPath)
        : this(markPath, ReadBootTime())
    {
    }

    private FileSystemSync(string markPath, FileTime bootTime)
    {
        _markPath = markPath;
        _bootTime = bootTime;
    }

    /// <summary>As if the machine had started at another time, which a test cannot wait for.</summary>
    internal static FileSystemSync AsIfStartedAt(string markPath, long seconds) => new(markPath, new FileTime(seconds, 0));

    /// <summary>Whether something last changed at that time is on disk, or at least was written since the machine started.</summary>
    /// <param name="changed">Its time of change (ctime), which a rename into the store sets.</param>
    public bool IsTrusted(FileTime changed)
    {
        if (changed.Seconds >= _bootTime.Seconds)
            return true;
        using DirectoryHandle store = DirectoryHandle.Open(Path.GetDirectoryName(_markPath) ?? "/");
        return store.TryStatus(Path.GetFileName(_markPath)) is { } mark && changed.Seconds < mark.Modified.Seconds;
    }

    /// <summary>
    /// Writes everything to disk and then says so. Several processes may flush at once; they do it in turn. Where there is no room for the mark all is flushed as
    /// well, and the old mark stays: what is younger will not be trusted after a loss of power.
    /// </summary>
    /// <exception cref="IOException">The disk failed: what was written may be lost.</exception>
    public void Flush()
    {
        using FileLock? flushing = TryBegin();
        using DirectoryHandle store = DirectoryHandle.Open(Path.GetDirectoryName(_markPath) ?? "/");
        if (SyncFs(store) != 0)
            throw SystemCallException.Last("syncfs", Path.GetDirectoryName(_markPath));
        string mark = Path.GetFileName(_markPath);
        if (flushing is not null)
            store.Rename(mark + ".next", store, mark);
    }

    // The next mark is made before the flush: its time is that of the flush's beginning. One that a killed process left has an older time.
    private FileLock? TryBegin()
    {
        FileLock? flushing = null;
        try
        {
            flushing = FileLock.Acquire(_markPath + ".lock");
            File.Delete(_markPath + ".next");
            File.WriteAllBytes(_markPath + ".next", []);
            return flushing;
        }
        catch (IOException e)
        {
            flushing?.Dispose();
            if (SystemCallException.SaysDiskFull(e))
                return null;
            throw;
        }
    }

    private static FileTime ReadBootTime()
    {
        const string label = "btime ";
        string line = File.ReadLines("/proc/stat").First(static l => l.StartsWith(label, StringComparison.Ordinal));
        return new FileTime(long.Parse(line.AsSpan(label.Length), CultureInfo.InvariantCulture), 0);
    }

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(DirectoryHandle directory);
}
