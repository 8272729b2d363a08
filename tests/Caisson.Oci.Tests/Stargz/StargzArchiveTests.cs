using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Caisson.Oci.Stargz;
using Caisson.Oci.Tar;
using Caisson.Oci.Tests.Tar;

namespace Caisson.Oci.Tests.Stargz;

public sealed class StargzArchiveTests
{
    private const int ChunkBytes = 4 << 20;

    private static readonly byte[] Large = SampleBytes.Mixed((2 * ChunkBytes) + 12_345);
    private static readonly byte[] Exact = SampleBytes.Text(2 * ChunkBytes);
    private static readonly byte[] Small = SampleBytes.Text(700);

    private static readonly (TarEntry Entry, byte[] Content)[] Sample =
    [
        (new TarEntry { Type = TarEntryType.Directory, Path = "d", Mode = 0x1ED, ModifiedSeconds = 1_700_000_000 }, []),
        (Archive.File("d/small", Small.Length) with { ModifiedSeconds = 1_600_000_000, Uid = 5, Gid = 6 }, Small),
        (Archive.File("d/empty"), []),
        (Archive.File("d/large", Large.Length), Large),
        (Archive.File("d/exact", Exact.Length), Exact),
        (new TarEntry { Type = TarEntryType.SymbolicLink, Path = "d/link", LinkTarget = "small", Mode = 0x1FF }, []),
        (new TarEntry { Type = TarEntryType.HardLink, Path = "d/hard", LinkTarget = "d/small" }, []),
        (new TarEntry { Type = TarEntryType.CharacterDevice, Path = "d/null", DeviceMajor = 1, DeviceMinor = 3 }, []),
        (new TarEntry { Type = TarEntryType.Fifo, Path = "d/pipe" }, []),
        (Archive.File("d/ünïcode \"quoted\" <&>", 1) with { Xattrs = TarEntry.NoXattrs.Add("user.x", ImmutableArray.Create<byte>(1, 0, 255)) }, [9]),
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_file_can_be_read_by_itself()
    {
        (byte[] blob, _) = await WriteAsync(Sample);
        StargzReader reader = new(blob);
        foreach ((TarEntry entry, byte[] content) in Sample.Where(static s => s.Entry.Type == TarEntryType.File))
            Assert.Equal(content, reader.Read(entry.Path));
        Assert.Equal([0xF], reader.Read(".no.prefetch.landmark"));
        Assert.Equal(3, reader.Entries.Count(static e => StargzReader.Text(e, "name") == "d/large"));
        Assert.Equal(2, reader.Entries.Count(static e => StargzReader.Text(e, "name") == "d/exact"));
    }

    [Fact]
    public async Task The_table_says_what_each_entry_is()
    {
        (byte[] blob, _) = await WriteAsync(Sample);
        StargzReader reader = new(blob);
        string[] lines = [.. reader.Entries.Where(static e => StargzReader.Text(e, "type") != "chunk").Select(Line)];
        Assert.Equal(
            [
                "reg .no.prefetch.landmark 444 0:0  ", "dir d/ 755 0:0 2023-11-14T22:13:20Z ", "reg d/small 644 5:6 2020-09-13T12:26:40Z ", "reg d/empty 644 0:0  ", "reg d/large 644 0:0  ", "reg d/exact 644 0:0  ",
                "symlink d/link 777 0:0  small", "hardlink d/hard 0 0:0  d/small", "char d/null 0 0:0  ", "fifo d/pipe 0 0:0  ", "reg d/ünïcode \"quoted\" <&> 644 0:0  ",
            ],
            lines);
        Assert.Equal((1, 3), (StargzReader.Number(reader["d/null"], "devMajor"), StargzReader.Number(reader["d/null"], "devMinor")));
        Assert.Equal([1, 0, 255], reader["d/ünïcode \"quoted\" <&>"].GetProperty("xattrs").GetProperty("user.x").GetBytesFromBase64());

        static string Line(JsonElement e) => string.Join(
            ' ',
            StargzReader.Text(e, "type"),
            StargzReader.Text(e, "name"),
            Convert.ToString(StargzReader.Number(e, "mode"), 8),
            $"{e.GetProperty("uid").GetInt64()}:{e.GetProperty("gid").GetInt64()}",
            StargzReader.Text(e, "modtime"),
            StargzReader.Text(e, "linkName"));
    }

    [Fact]
    public async Task To_who_knows_no_better_it_is_a_gzip_of_a_tar_with_the_table_at_its_end()
    {
        (byte[] blob, StargzFacts facts) = await WriteAsync(Sample);
        byte[] archive = StargzReader.Inflate(blob);
        Assert.Equal((facts.DiffId.Value, facts.ArchiveBytes), (StargzReader.DigestOf(archive), archive.Length));
        Assert.Equal(archive, await GzipEncoderStreamTests.ReadAllAsync(new GzipDecoderStream(new MemoryStream(blob))));
        List<(TarEntry Entry, byte[] Content)> entries = await Archive.ReadAsync(archive);
        Assert.Equal([".no.prefetch.landmark", .. Sample.Select(static s => s.Entry.Path), "stargz.index.json"], entries.Select(static e => e.Entry.Path));
        Assert.All(Sample.Zip(entries.Skip(1)), static pair => Assert.Equal(pair.First.Content, pair.Second.Content));
        Assert.Equal(facts.TableDigest.Value, StargzReader.DigestOf(entries[^1].Content));
        Assert.Equal(
            [("containerd.io/snapshot/stargz/toc.digest", facts.TableDigest.Value), ("io.containers.estargz.uncompressed-size", archive.Length.ToString(CultureInfo.InvariantCulture))],
            facts.Annotations.Select(static a => (a.Key, a.Value)));
    }

    [Fact]
    public async Task Parallelism_does_not_change_the_bytes()
    {
        (byte[] blob, _) = await WriteAsync(Sample, new GzipOptions { Parallelism = 1 });
        Assert.Equal(blob, (await WriteAsync(Sample, new GzipOptions { Parallelism = 5 })).Blob);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    public async Task Every_level_has_the_same_archive_but_for_the_table(int level)
    {
        (byte[] blob, _) = await WriteAsync(Sample, new GzipOptions { Level = level, Parallelism = 2 });
        StargzReader reader = new(blob);
        Assert.Equal(Large, reader.Read("d/large"));
        Assert.Equal(Small, reader.Read("d/small"));
    }

    [Fact]
    public async Task An_archive_without_entries_has_the_landmark()
    {
        (byte[] blob, _) = await WriteAsync([]);
        Assert.Equal(".no.prefetch.landmark", StargzReader.Text(Assert.Single(new StargzReader(blob).Entries), "name"));
    }

    [Fact]
    public async Task Very_many_entries_without_content_are_in_several_members()
    {
        (byte[] blob, _) = await WriteAsync([.. Enumerable.Range(0, 40_000).Select(static i => (Archive.File($"e{i}"), Array.Empty<byte>()))]);
        Assert.Equal(40_001, new StargzReader(blob).Entries.Length);
    }

    [Theory]
    [InlineData("stargz.index.json", "a layer with a file \"stargz.index.json\" cannot become an eStargz, which has its own")]
    [InlineData(".prefetch.landmark", "a layer with a file \".prefetch.landmark\" cannot become an eStargz, which has its own")]
    public async Task What_the_format_cannot_hold_is_refused(string path, string expected) =>
        Assert.Equal(expected, (await Assert.ThrowsAsync<StargzException>(() => WriteAsync([(Archive.File(path), [])]))).Message);

    [Fact]
    public async Task A_name_that_is_not_UTF_8_is_refused() => Assert.Equal(
        "a layer with a name that is not UTF-8, \"a\ufffd\", cannot become an eStargz, whose table of contents is JSON",
        (await Assert.ThrowsAsync<StargzException>(() => WriteAsync([(Archive.File(PathText.Decode([0x61, 0xFF])), [])]))).Message);

    private static async Task<(byte[] Blob, StargzFacts Facts)> WriteAsync((TarEntry Entry, byte[] Content)[] entries, GzipOptions? options = null)
    {
        MemoryStream output = new();
        StargzFacts facts = await StargzArchive.WriteAsync(output, options ?? new GzipOptions { Parallelism = 2 }, async tar =>
        {
            foreach ((TarEntry entry, byte[] content) in entries)
                await tar.WriteAsync(entry, content, Ct);
        }, Ct);
        return (output.ToArray(), facts);
    }
}
