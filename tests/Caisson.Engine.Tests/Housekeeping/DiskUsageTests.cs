using Caisson.Engine.Exporting;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Housekeeping;

public sealed class DiskUsageTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private Workshop _workshop = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _workshop = await Workshop.OpenAsync(options => options with { Time = _time });
        _workshop.Context.File("a", new string('a', 50_000)).File("b", new string('b', 10));
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public async Task An_empty_store_holds_nothing_to_reclaim()
    {
        DiskUsage usage = await MeasureAsync();
        Assert.All(usage.Entries, static e => Assert.Equal(CacheEntryTypes.Internal, e.Type));
        Assert.Equal(0, usage.AllReclaimableBytes);
    }

    [Fact]
    public async Task The_total_is_what_the_disk_says()
    {
        await _workshop.BuildAsync("FROM scratch\nCOPY a /\nCOPY b /", Named("app:1"));
        DiskUsage usage = await MeasureAsync();
        string counted = string.Join(' ', ((string[])["layers", "images/blobs/sha256", "cache"]).Select(n => Path.Combine(_workshop.StatePath, n)));
        long disk = (await Tool.RunAsync("sh", "-c", $"du -s -B1 {counted} | cut -f1")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Sum(long.Parse);
        Assert.InRange(usage.TotalBytes, disk - 65536, disk + 65536); // a few directories and the work area are between them
    }

    [Fact]
    public async Task An_entry_says_what_it_came_about_by_and_when_it_was_last_used()
    {
        await _workshop.BuildAsync("FROM scratch\nCOPY a /\nCOPY b /");
        DateTimeOffset first = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromHours(1));
        await _workshop.BuildAsync("FROM scratch\nCOPY a /");
        DiskUsage usage = await MeasureAsync();
        Assert.Equal([_time.GetUtcNow(), first], Steps(usage).OrderByDescending(static e => e.LastUsed).Select(static e => e.LastUsed));
        Assert.Equal(["[1/1] COPY a /", "[2/2] COPY b /"], Steps(usage).Select(static e => e.Description.Replace("1/2", "1/1", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Measuring_again_and_pruning_is_no_use()
    {
        await _workshop.BuildAsync("FROM scratch\nCOPY a /");
        DateTimeOffset used = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromHours(1));
        await MeasureAsync();
        await _workshop.Engine.Cache.PruneAsync(new PruneRequest { UnusedFor = TimeSpan.FromDays(1) }, Ct);
        Assert.Equal(used, Assert.Single(Steps(await MeasureAsync())).LastUsed);
    }

    [Fact]
    public async Task What_two_images_have_in_common_is_counted_once()
    {
        await _workshop.BuildAsync("FROM scratch\nCOPY a /", Named("app:1"));
        await _workshop.BuildAsync("FROM scratch\nCOPY a /\nLABEL x=y", Named("app:2"));
        DiskUsage usage = await MeasureAsync();
        CacheEntry[] images = [.. usage.Entries.Where(static e => e.Type == CacheEntryTypes.Image)];
        Assert.Equal(2, images.Length);
        Assert.All(images, static e => Assert.True(e.SharedBytes > 0));
        Assert.True(usage.TotalBytes < usage.Entries.Sum(static e => e.SizeBytes));
        Assert.All(Steps(usage), static e => Assert.True(e.IsShared));
    }

    [Fact]
    public async Task Names_of_one_image_are_one_entry()
    {
        await _workshop.BuildAsync("FROM scratch\nCOPY a /", request => request with { Exports = [new Export.Store([Reference.Parse("x:1"), Reference.Parse("y:2")])] });
        Assert.Equal("x:1, y:2", Assert.Single((await MeasureAsync()).Entries, static e => e.Type == CacheEntryTypes.Image).Description);
    }

    private Task<DiskUsage> MeasureAsync() => _workshop.Engine.Cache.MeasureAsync(Ct);

    private static IEnumerable<CacheEntry> Steps(DiskUsage usage) => usage.Entries.Where(static e => e.Type == CacheEntryTypes.Regular);

    private static Func<BuildRequest, BuildRequest> Named(string name) => request => request with { Exports = [new Export.Store([Reference.Parse(name)])] };
}
