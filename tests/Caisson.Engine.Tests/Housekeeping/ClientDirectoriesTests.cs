using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Housekeeping;

public sealed class ClientDirectoriesTests : IAsyncLifetime
{
    private Workshop _workshop = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ClientDirectories Directories => _workshop.Engine.ClientDirectories;

    public async ValueTask InitializeAsync() => _workshop = await Workshop.OpenAsync();

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public void A_directory_keeps_what_was_left_in_it_for_the_next_of_its_key()
    {
        using (ClientDirectory first = Directories.Lease("key", "context"))
            File.WriteAllText(Path.Combine(first.Path, "file"), "x");
        using ClientDirectory again = Directories.Lease("key", "context");
        Assert.True(File.Exists(Path.Combine(again.Path, "file")));
        using ClientDirectory other = Directories.Lease("other", "context");
        Assert.Empty(Directory.GetFileSystemEntries(other.Path));
    }

    [Fact]
    public void Who_comes_while_somebody_has_it_gets_one_of_its_own()
    {
        using ClientDirectory first = Directories.Lease("key", "context");
        using ClientDirectory second = Directories.Lease("key", "context");
        Assert.NotEqual(first.Path, second.Path);
    }

    [Fact]
    public async Task It_is_cache_and_goes_when_nobody_has_it()
    {
        using (ClientDirectory leased = Directories.Lease("key", "local source for context"))
        {
            File.WriteAllText(Path.Combine(leased.Path, "file"), new string('x', 100_000));
            CacheEntry entry = Assert.Single((await _workshop.Engine.Cache.MeasureAsync(Ct)).Entries, static e => e.Type == CacheEntryTypes.Client);
            Assert.Equal("local source for context", entry.Description);
            Assert.True(entry.IsInUse && entry.SizeBytes >= 100_000);
            await _workshop.Engine.Cache.PruneAsync(new PruneRequest { All = true }, Ct);
            Assert.True(File.Exists(Path.Combine(leased.Path, "file")));
        }
        await _workshop.Engine.Cache.PruneAsync(new PruneRequest { All = true }, Ct);
        Assert.DoesNotContain((await _workshop.Engine.Cache.MeasureAsync(Ct)).Entries, static e => e.Type == CacheEntryTypes.Client);
    }

    [Fact]
    public async Task It_can_be_leased_and_measured_while_others_remove_it()
    {
        await using BuildEngine other = await Workshop.OpenEngineAsync(_workshop.StatePath);
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        Task removing = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
                await other.Cache.PruneAsync(new PruneRequest { All = true }, Ct);
        }, Ct);
        for (int i = 0; i < 50; i++)
        {
            using (ClientDirectory leased = Directories.Lease("key", "context"))
            {
                string file = Path.Combine(leased.Path, "file");
                await File.WriteAllTextAsync(file, "x", Ct);
                await _workshop.Engine.Cache.MeasureAsync(Ct);
                Assert.True(File.Exists(file));
            }
            await _workshop.Engine.Cache.MeasureAsync(Ct);
        }
        await done.CancelAsync();
        await removing;
    }
}
