using System.Collections.Immutable;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Tests.Tar;

public sealed class TarRoundTripTests
{
    private static readonly long[] Numbers = [0, 1, 1000, 2_097_151, 2_097_152, uint.MaxValue, long.MaxValue];

    [Fact]
    public async Task Any_entries_come_back_as_they_were_written()
    {
        Random random = new(17);
        TarReaderOptions options = new() { MaxPathBytes = 100_000, MaxLinkTextBytes = 100_000 };
        for (int round = 0; round < 100; round++)
        {
            List<(TarEntry Entry, byte[] Content)> entries = [.. Enumerable.Range(0, random.Next(20)).Select(_ => AnyEntry(random))];
            byte[] archive = await Archive.WriteAsync(entries, new TarWriterOptions { SubSecondTimes = true });
            Assert.Equal(0, archive.Length % 512);
            List<(TarEntry Entry, byte[] Content)> back = await Archive.ReadAsync(round % 2 == 0 ? new MemoryStream(archive) : new TricklingStream(archive), options);
            Assert.Equal(entries.Select(e => Archive.Describe(e.Entry)), back.Select(e => Archive.Describe(e.Entry)));
            Assert.Equal(entries.Select(e => e.Content), back.Select(e => e.Content));
        }
    }

    [Fact]
    public async Task An_archive_that_is_read_and_written_again_keeps_its_bytes()
    {
        byte[] archive = await Archive.WriteAsync(TarWriterTests.Everything);
        Assert.Equal(archive, await Archive.WriteAsync(await Archive.ReadAsync(archive)));
    }

    [Fact]
    public async Task An_archive_survives_compression_on_the_way()
    {
        byte[] archive = await Archive.WriteAsync(TarWriterTests.Everything);
        byte[] compressed = await GzipEncoderStreamTests.CompressAsync(archive, new GzipOptions { Parallelism = 2 });
        List<(TarEntry Entry, byte[] Content)> back = await Archive.ReadAsync(Decompression.Open(new MemoryStream(compressed), Compression.Gzip));
        Assert.Equal(archive, await Archive.WriteAsync(back));
    }

    private static (TarEntry Entry, byte[] Content) AnyEntry(Random random)
    {
        TarEntryType type = (TarEntryType)random.Next(7);
        byte[] content = type == TarEntryType.File ? SampleBytes.Random(random.Next(3) * random.Next(2000), (ulong)random.Next(1, 99)) : [];
        bool isDevice = type is TarEntryType.BlockDevice or TarEntryType.CharacterDevice;
        TarEntry entry = new()
        {
            Type = type,
            Path = AnyPath(random),
            Mode = random.Next(4096),
            Uid = Numbers[random.Next(Numbers.Length)],
            Gid = Numbers[random.Next(Numbers.Length)],
            SizeBytes = content.Length,
            ModifiedSeconds = random.Next(2) == 0 ? random.Next() : -Numbers[random.Next(Numbers.Length)],
            ModifiedNanoseconds = random.Next(3) == 0 ? random.Next(1_000_000_000) : 0,
            LinkTarget = type switch { TarEntryType.HardLink => AnyPath(random), TarEntryType.SymbolicLink => "../" + AnyPath(random), _ => "" },
            DeviceMajor = isDevice ? (uint)random.Next(0x20_0000) : 0,
            DeviceMinor = isDevice ? (uint)random.Next(0x20_0000) : 0,
            Xattrs = AnyXattrs(random),
        };
        return (entry, content);
    }

    private static string AnyPath(Random random)
    {
        string[] parts = ["a", "usr", "x86_64-linux-gnu", new string('n', 99), new string('n', 155), "été", "\uDCFF\uDC80", "😀", "...", " ", "a=b\n", "-", "PaxHeaders.0"];
        return string.Join('/', Enumerable.Range(0, random.Next(1, random.Next(5) == 0 ? 60 : 4)).Select(_ => parts[random.Next(parts.Length)]));
    }

    private static ImmutableSortedDictionary<string, ImmutableArray<byte>> AnyXattrs(Random random)
    {
        ImmutableSortedDictionary<string, ImmutableArray<byte>> xattrs = TarEntry.NoXattrs;
        for (int i = random.Next(4) - 1; i > 0; i--)
            xattrs = xattrs.SetItem($"user.{"aé\uDC81 b"[random.Next(5)]}{random.Next(3)}", [.. SampleBytes.Random(random.Next(40), (ulong)random.Next(1, 99))]);
        return xattrs;
    }
}
