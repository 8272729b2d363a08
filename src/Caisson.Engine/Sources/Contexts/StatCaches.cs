using System.Text;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources.Contexts;

/// <summary>What the files of build contexts held in earlier builds: one cache for each directory that was a context lately.</summary>
/// <remarks>Thread-safe, and safe between processes. Caches are only ever a help: what cannot be read or written is done without.</remarks>
/// <param name="path">Where they are kept; made when the first one is.</param>
/// <param name="sync">Tells what survived a loss of power.</param>
/// <param name="work">For what is being written.</param>
/// <param name="time">The clock.</param>
internal sealed class StatCaches(string path, FileSystemSync sync, WorkArea work, TimeProvider time)
{
    private const int MaxCaches = 64;
    private static readonly TimeSpan KeptUnused = TimeSpan.FromDays(30);
    private static readonly TimeSpan MarkedAsUsedEvery = TimeSpan.FromDays(1);

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Opens the cache of a context.</summary>
    /// <param name="directory">The context.</param>
    public Lease Open(string directory)
    {
        string file = Path.Combine(path, Digest.OfBytes(Encoding.UTF8.GetBytes(RealPath.Find(directory) ?? directory)).Hex);
        return new Lease(this, Read(file), file);
    }

    private StatCache Read(string file)
    {
        try
        {
            FileInfo there = new(file);
            if (!there.Exists || !sync.IsTrusted(new FileTime(new DateTimeOffset(there.LastWriteTimeUtc).ToUnixTimeSeconds(), 0)))
                return StatCache.Empty(file);
            DateTime now = time.GetUtcNow().UtcDateTime;
            if (there.LastWriteTimeUtc < now - MarkedAsUsedEvery)
                File.SetLastWriteTimeUtc(file, now);
            return StatCache.Open(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return StatCache.Empty(file);
        }
    }

    private void Save(StatCache cache, string file)
    {
        try
        {
            Directory.CreateDirectory(path);
            if (cache.Save(work.NewPath("stats")))
                RemoveOld(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next build reads its context again.
        }
    }

    private void RemoveOld(string current)
    {
        FileInfo[] others = [.. new DirectoryInfo(path).GetFiles().Where(f => f.FullName != current).OrderByDescending(static f => f.LastWriteTimeUtc).ThenBy(static f => f.Name, StringComparer.Ordinal)];
        DateTime oldest = time.GetUtcNow().UtcDateTime - KeptUnused;
        foreach (FileInfo old in others.Where((f, i) => i >= MaxCaches - 1 || f.LastWriteTimeUtc < oldest))
            old.Delete();
    }

    /// <summary>A cache in use; what was added to it is written when it is disposed.</summary>
    internal sealed class Lease(StatCaches caches, StatCache cache, string file) : IDisposable
    {
        /// <summary>The cache.</summary>
        public StatCache Cache { get; } = cache;

        /// <inheritdoc/>
        public void Dispose() => caches.Save(Cache, file);
    }
}
