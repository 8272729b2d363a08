using Caisson.Dockerfile.Ignore;
using Caisson.Engine.Sources;
using Caisson.Engine.Sources.Contexts;
using Caisson.Engine.Steps;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Sources.Contexts;

/// <summary>What is remembered of build contexts from build to build, and for how long.</summary>
public sealed class StatCachesTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly Folder _context;

    // Far from the times that the files get, so that none of them was changed just now.
    private readonly Clock _clock = new() { Now = TimeProvider.System.GetUtcNow().AddHours(1) };

    public StatCachesTests() => _context = new Folder(_directory["context"]);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string CachesPath => _directory["store/cache/stats"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_context_that_did_not_change_is_not_read_again()
    {
        Fill();
        Digest first = await SelectAsync(parallelism: 1);
        using WorkArea work = await WorkArea.CreateAsync(_directory["tmp"], TimeProvider.System, Ct);
        using ContextTree tree = Open(work);
        Assert.All(Files(tree, ""), static f => Assert.NotNull(f.Content));
        Assert.Equal(first, await SelectAsync(parallelism: 1));
    }

    [Fact]
    public async Task The_digest_is_the_same_with_and_without_memory_and_however_many_threads_read()
    {
        Fill();
        Digest alone = await SelectAsync(parallelism: 1);
        Assert.Equal(alone, await SelectAsync(parallelism: 4));
        Directory.Delete(CachesPath, recursive: true);
        Assert.Equal(alone, await SelectAsync(parallelism: 4));
    }

    [Fact]
    public async Task A_changed_file_changes_the_digest()
    {
        Fill();
        Digest before = await SelectAsync(parallelism: 2);
        _context.File("d3/f7", "other");
        Assert.NotEqual(before, await SelectAsync(parallelism: 2));
    }

    [Fact]
    public async Task A_cache_that_cannot_be_used_is_done_without()
    {
        Fill();
        Digest before = await SelectAsync(parallelism: 2);
        string cache = Assert.Single(Directory.GetFiles(CachesPath));
        File.Delete(cache);
        Directory.CreateDirectory(cache);
        Assert.Equal(before, await SelectAsync(parallelism: 2));
        Directory.Delete(CachesPath, recursive: true);
        File.WriteAllText(CachesPath, "in the way");
        Assert.Equal(before, await SelectAsync(parallelism: 2));
    }

    [Fact]
    public async Task Caches_of_contexts_that_no_one_builds_any_more_are_removed()
    {
        Directory.CreateDirectory(CachesPath);
        DateTime now = _clock.Now.UtcDateTime;
        string Aged(string name, int days)
        {
            string path = Path.Combine(CachesPath, name);
            File.WriteAllText(path, "");
            File.SetLastWriteTimeUtc(path, now.AddDays(-days));
            return path;
        }
        string old = Aged("old", 31);
        string recent = Aged("recent", 1);
        string[] many = [.. Enumerable.Range(0, 70).Select(i => Aged($"many-{i:D2}", 2))];
        Fill();
        await SelectAsync(parallelism: 1);
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(recent));
        Assert.Equal(62, many.Count(File.Exists)); // 64, with the recent one and that of the build
    }

    [Fact]
    public async Task A_cache_in_use_is_marked_so_once_a_day()
    {
        Fill();
        await SelectAsync(parallelism: 1);
        string cache = Assert.Single(Directory.GetFiles(CachesPath));
        File.SetLastWriteTimeUtc(cache, _clock.Now.UtcDateTime.AddDays(-20));
        File.WriteAllText(_directory["flushed"], ""); // since then everything was written to disk, whenever this machine started
        await SelectAsync(parallelism: 1);
        Assert.True(File.GetLastWriteTimeUtc(cache) > _clock.Now.UtcDateTime.AddMinutes(-1));
    }

    private void Fill()
    {
        for (int d = 0; d < 8; d++)
        {
            for (int f = 0; f < 12; f++)
                _context.File($"d{d}/f{f}", $"{d} {f}").File($"d{d}/deep/er/f{f}", $"deep {d} {f}");
        }
        _context.Link("d1/link", "f1").HardLink("d2/again", "d2/f1").File("empty");
    }

    private ContextTree Open(WorkArea work) =>
        new(_context.Path, IgnoreMatcher.None, _directory["store"], new StatCaches(CachesPath, new FileSystemSync(_directory["flushed"]), work, _clock));

    private async Task<Digest> SelectAsync(int parallelism)
    {
        using WorkArea work = await WorkArea.CreateAsync(_directory["tmp"], TimeProvider.System, Ct);
        using ContextTree tree = Open(work);
        SelectedItem? item = await new Selector(work, parallelism).SelectAsync(new SourceTree(tree, IsContext: true), "", filter: null, takesLink: false, Ct);
        Assert.NotNull(item);
        using FileList list = item.List;
        return list.Identity;
    }

    private static IEnumerable<FileEntry> Files(ContextTree tree, string directory)
    {
        foreach (FileEntry entry in tree.Children(directory))
        {
            if (entry.Kind == EntryKind.File)
                yield return entry;
            foreach (FileEntry below in entry.IsDirectory ? Files(tree, entry.Path) : [])
                yield return below;
        }
    }

    private sealed class Clock : TimeProvider
    {
        public required DateTimeOffset Now { get; init; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
