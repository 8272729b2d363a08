using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Tests.Testing;
using Caisson.Oci.Model;

namespace Caisson.Linux.Tests.Files;

/// <summary>Which files are taken for what they were, and which are read again.</summary>
public sealed class StatCacheTests : IDisposable
{
    private static readonly DateTimeOffset Changed = DateTimeOffset.FromUnixTimeSeconds(1_000_000).AddMilliseconds(500);
    private static readonly DateTimeOffset LongAfter = Changed.AddHours(1);
    private static readonly Digest One = Digest.OfBytes("1"u8);
    private static readonly Digest Two = Digest.OfBytes("2"u8);

    private readonly TempDirectory _temp = new();

    private string CachePath => _temp["stats"];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_file_that_did_not_change_is_known_in_the_next_build()
    {
        Save(Status(1), One, LongAfter);
        Assert.Equal(One, StatCache.Open(CachePath).Find(Status(1)));
    }

    [Fact]
    public void A_file_is_known_within_the_build_that_read_it()
    {
        StatCache cache = StatCache.Open(CachePath);
        cache.Add(Status(1), One, LongAfter, hasLocalClock: true);
        Assert.Equal(One, cache.Find(Status(1)));
    }

    [Fact]
    public void A_file_that_was_just_written_is_known_to_its_writer_and_not_to_others()
    {
        StatCache cache = StatCache.Open(CachePath);
        cache.AddWritten(Status(1), One, Changed);
        cache.Add(Status(2), Two, Changed, hasLocalClock: true);
        Assert.Equal(One, cache.Find(Status(1)));
        Assert.Null(cache.Find(Status(2)));
        cache.Save(_temp["new"]);
        Assert.Equal(One, StatCache.Open(CachePath).Find(Status(1)));
    }

    public static TheoryData<string> Differences => ["another device", "another inode", "size", "modified", "changed", "mode"];

    [Theory]
    [MemberData(nameof(Differences))]
    public void Whatever_differs_the_file_is_read_again(string what)
    {
        Save(Status(1), One, LongAfter);
        FileStatus status = what switch
        {
            "another device" => Status(1) with { Device = 78 },
            "another inode" => Status(2),
            "size" => Status(1) with { SizeBytes = 11 },
            "modified" => Status(1) with { Modified = new FileTime(5, 1) },
            "changed" => Status(1) with { Changed = new FileTime(1_000_000, 500_000_001) },
            _ => Status(1) with { Mode = 0x1ED },
        };
        Assert.Null(StatCache.Open(CachePath).Find(status));
    }

    [Theory]
    [InlineData(-5000, false)] // the clock of the file is ahead of ours
    [InlineData(0, false)]
    [InlineData(10, false)]
    [InlineData(20, false)]
    [InlineData(21, true)]
    public void What_was_read_within_a_tick_after_its_change_is_read_again(int readAfterMilliseconds, bool isKnown)
    {
        Save(Status(1), One, Changed.AddMilliseconds(readAfterMilliseconds));
        Assert.Equal(isKnown, StatCache.Open(CachePath).Find(Status(1)) is not null);
    }

    [Theory]
    [InlineData(1999, false)]
    [InlineData(2001, true)]
    public void Times_of_whole_seconds_may_be_those_of_a_slow_clock(int readAfterMilliseconds, bool isKnown)
    {
        FileStatus status = Status(1) with { Changed = new FileTime(1_000_000, 0) };
        Save(status, One, DateTimeOffset.FromUnixTimeSeconds(1_000_000).AddMilliseconds(readAfterMilliseconds));
        Assert.Equal(isKnown, StatCache.Open(CachePath).Find(status) is not null);
    }

    [Fact]
    public void What_was_read_too_soon_is_known_once_it_was_read_again()
    {
        Save(Status(1), One, Changed);
        Save(Status(1), Two, LongAfter);
        Assert.Equal(Two, StatCache.Open(CachePath).Find(Status(1)));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void On_a_file_system_with_a_clock_of_its_own_a_file_is_known_when_it_was_the_same_a_while_ago(int secondsBetween, bool isKnown)
    {
        Save(Status(1), One, LongAfter, hasLocalClock: false);
        Assert.Null(StatCache.Open(CachePath).Find(Status(1)));
        Save(Status(1), One, LongAfter.AddSeconds(secondsBetween), hasLocalClock: false);
        Assert.Equal(isKnown, StatCache.Open(CachePath).Find(Status(1)) is not null);
    }

    [Fact]
    public void On_such_a_file_system_a_change_begins_the_waiting_anew()
    {
        Save(Status(1), One, LongAfter, hasLocalClock: false);
        FileStatus changed = Status(1) with { Changed = new FileTime(9, 9) };
        Save(changed, Two, LongAfter.AddSeconds(100), hasLocalClock: false);
        Assert.Null(StatCache.Open(CachePath).Find(changed));
        Assert.Null(StatCache.Open(CachePath).Find(Status(1)));
    }

    public static TheoryData<string> Damages => ["empty", "cut short", "longer", "another version", "no table", "zeros"];

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_file_that_is_no_whole_table_of_this_version_is_none_and_is_replaced(string damage)
    {
        Save(Status(1), One, LongAfter);
        byte[] whole = File.ReadAllBytes(CachePath);
        byte[] damaged = damage switch
        {
            "empty" => [],
            "cut short" => whole[..^1],
            "longer" => [.. whole, 0],
            "another version" => [.. whole[..14], (byte)'2', .. whole[15..]],
            "no table" => [.. Enumerable.Repeat((byte)0xFF, whole.Length)],
            _ => new byte[whole.Length],
        };
        File.WriteAllBytes(CachePath, damaged);
        Assert.Null(StatCache.Open(CachePath).Find(Status(1)));
        Save(Status(1), Two, LongAfter);
        Assert.Equal(Two, StatCache.Open(CachePath).Find(Status(1)));
    }

    [Fact]
    public void Nothing_is_written_when_nothing_was_read()
    {
        Save(Status(1), One, LongAfter);
        StatCache cache = StatCache.Open(CachePath);
        cache.Find(Status(1));
        Assert.False(cache.Save(_temp["new"]));
        Assert.False(File.Exists(_temp["new"]));
    }

    [Fact]
    public void Thousands_of_files_are_all_known_and_those_of_a_smaller_context_go_when_they_are_many()
    {
        StatCache cache = StatCache.Open(CachePath);
        for (uint i = 0; i < 5000; i++)
            cache.Add(Status(i), Digest.OfBytes(BitConverter.GetBytes(i)), LongAfter, hasLocalClock: true);
        cache.Save(_temp["new"]);
        long large = new FileInfo(CachePath).Length;
        cache = StatCache.Open(CachePath);
        for (uint i = 0; i < 5000; i++)
            Assert.Equal(Digest.OfBytes(BitConverter.GetBytes(i)), cache.Find(Status(i)));
        // A build that looks at few of them, and at a new one.
        cache = StatCache.Open(CachePath);
        for (uint i = 0; i < 100; i++)
            cache.Find(Status(i));
        cache.Add(Status(9999), One, LongAfter, hasLocalClock: true);
        cache.Save(_temp["new"]);
        Assert.True(new FileInfo(CachePath).Length < large / 10);
        cache = StatCache.Open(CachePath);
        Assert.NotNull(cache.Find(Status(99)));
        Assert.NotNull(cache.Find(Status(9999)));
        Assert.Null(cache.Find(Status(4000)));
    }

    [Fact]
    public void Of_two_that_save_at_once_the_last_one_is_whole()
    {
        Save(Status(1), One, LongAfter);
        StatCache first = StatCache.Open(CachePath);
        StatCache second = StatCache.Open(CachePath);
        first.Add(Status(2), Two, LongAfter, hasLocalClock: true);
        second.Add(Status(3), Two, LongAfter, hasLocalClock: true);
        first.Save(_temp["new-1"]);
        second.Save(_temp["new-2"]);
        StatCache after = StatCache.Open(CachePath);
        Assert.Equal(One, after.Find(Status(1)));
        Assert.Equal(Two, after.Find(Status(3)));
    }

    private static FileStatus Status(uint inode) => new(FileKind.File, Mode: 0x1A4, Uid: 0, Gid: 0, SizeBytes: 10, LinkCount: 1)
    {
        Device = 77,
        Inode = inode,
        Modified = new FileTime(5, 0),
        Changed = new FileTime(1_000_000, 500_000_000),
    };

    private void Save(in FileStatus status, Digest content, DateTimeOffset began, bool hasLocalClock = true)
    {
        StatCache cache = StatCache.Open(CachePath);
        cache.Add(status, content, began, hasLocalClock);
        Assert.True(cache.Save(_temp["new"]));
    }
}
