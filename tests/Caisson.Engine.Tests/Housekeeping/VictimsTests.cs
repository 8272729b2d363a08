using System.Collections.Immutable;
using Caisson.Engine.Housekeeping;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Housekeeping;

public sealed class VictimsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly Digest Blob = Digest.OfBytes("blob"u8);

    [Fact]
    public void Without_limits_all_cache_goes_but_what_named_images_hold_and_what_is_in_use() => Assert.Equal(
        ["old", "young"],
        Choose(new PruneRequest(), Old, Young, Old with { Entry = Old.Entry with { Id = "shared", IsShared = true } }, Old with { Entry = Old.Entry with { Id = "used", IsInUse = true } }, Named));

    [Fact]
    public void All_takes_what_named_images_hold_too_but_never_what_is_in_use_or_an_image_that_has_a_name() => Assert.Equal(
        ["old", "shared"],
        Choose(new PruneRequest { All = true }, Old, Old with { Entry = Old.Entry with { Id = "shared", IsShared = true } }, Old with { Entry = Old.Entry with { Id = "used", IsInUse = true } }, Named));

    [Fact]
    public void An_age_spares_what_was_used_since() => Assert.Equal(["old"], Choose(new PruneRequest { UnusedFor = TimeSpan.FromDays(1) }, Old, Young));

    [Fact]
    public void A_filter_spares_what_it_does_not_name() => Assert.Equal(["young"], Choose(new PruneRequest { Filter = static e => e.Id == "young" }, Old, Young));

    [Theory]
    [InlineData(3000, 0)]
    [InlineData(2999, 1)]
    [InlineData(2000, 1)]
    [InlineData(1999, 2)]
    [InlineData(0, 3)]
    public void A_size_takes_what_was_not_used_for_longest_and_no_more_than_needed(long size, int count) =>
        Assert.Equal(new[] { "oldest", "old", "young" }[..count], Choose(new PruneRequest { MaxUsedBytes = size }, Young, Old, Oldest));

    [Fact]
    public void What_is_reserved_is_kept_even_if_the_size_is_smaller() => Assert.Equal(["oldest"], Choose(new PruneRequest { MaxUsedBytes = 0, ReservedBytes = 2000 }, Young, Old, Oldest));

    [Fact]
    public void What_is_reserved_alone_is_the_size_to_keep() => Assert.Equal(["oldest"], Choose(new PruneRequest { ReservedBytes = 2000 }, Young, Old, Oldest));

    [Theory]
    [InlineData(500, 0)]
    [InlineData(600, 1)]
    [InlineData(1501, 2)]
    public void A_free_space_takes_as_much_as_lacks(long wanted, int count) =>
        Assert.Equal(new[] { "oldest", "old", "young" }[..count], Choose(new PruneRequest { MinFreeBytes = wanted }, Young, Old, Oldest));

    [Fact]
    public void The_size_of_the_cache_does_not_count_images_and_that_of_the_store_does()
    {
        Assert.Empty(Choose(new PruneRequest { MaxUsedBytes = 2000 }, Young, Old, Named));
        Assert.Equal(["old"], Choose(new PruneRequest { MaxStoreBytes = 4000 }, Young, Old, Named));
    }

    [Fact]
    public void A_blob_of_two_is_free_only_when_both_are_gone()
    {
        Holding first = Old with { OwnBytes = 0, Blobs = [Blob] };
        Holding second = Young with { OwnBytes = 0, Blobs = [Blob] };
        Inventory inventory = new([first, second, Oldest], new Dictionary<Digest, long> { [Blob] = 5000 });
        Assert.Equal(6000, inventory.TotalBytes);
        Assert.Equal(0, inventory.FreedBy([first]));
        Assert.Equal(5000, inventory.FreedBy([first, second]));
        Assert.Equal(6000, inventory.Without([first]).TotalBytes);
        Assert.Equal(1000, inventory.Without([first, second]).TotalBytes);
        Assert.Equal(3, new Victims(inventory, new PruneRequest { MaxUsedBytes = 4000 }, Now, 0).Choose().Length);
    }

    [Fact]
    public void What_stands_on_a_layer_that_goes_goes_before_it_even_when_it_is_younger()
    {
        Holding layer = Old with { Layer = "run-a" };
        Holding kept = Young with { Needs = ["image-b", "run-a"] };
        Assert.Equal(["young", "old"], Choose(new PruneRequest { UnusedFor = TimeSpan.FromDays(1) }, layer, kept));
        Assert.Equal(["young"], Choose(new PruneRequest { Filter = static e => e.Id == "young" }, layer, kept));
        Assert.Equal(["young", "old"], Choose(new PruneRequest(), layer, kept));
    }

    private static Holding Oldest => Of("oldest", TimeSpan.FromDays(9));

    private static Holding Old => Of("old", TimeSpan.FromDays(2));

    private static Holding Young => Of("young", TimeSpan.FromHours(1));

    private static Holding Named => Of("named", TimeSpan.FromDays(30)) with { OwnBytes = 3000, Entry = Of("named", TimeSpan.FromDays(30)).Entry with { IsCache = false } };

    private static Holding Of(string id, TimeSpan age) => new(new CacheEntry(id, CacheEntryTypes.Regular, 1000, Now - age), 1000);

    private static string[] Choose(PruneRequest request, params ImmutableArray<Holding> holdings) =>
        [.. new Victims(new Inventory(holdings, new Dictionary<Digest, long>()), request, Now, freeBytes: 500).Choose().Select(static h => h.Entry.Id)];
}
