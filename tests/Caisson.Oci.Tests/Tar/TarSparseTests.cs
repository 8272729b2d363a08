using System.Text;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Tests.Tar;

public sealed class TarSparseTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Formats => ["old", "0.0", "0.1", "1.0"];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Holes_are_read_as_zeros(string format)
    {
        byte[] archive = Sparse(format, 5000, (1000, "hello"), (4096, "world"));
        List<(TarEntry Entry, byte[] Content)> entries = await Archive.ReadAsync(archive);
        byte[] expected = new byte[5000];
        "hello"u8.CopyTo(expected.AsSpan(1000));
        "world"u8.CopyTo(expected.AsSpan(4096));
        Assert.Equal(["File dir/sparse", "File after"], entries.Select(e => $"{e.Entry.Type} {e.Entry.Path}"));
        Assert.Equal(5000, entries[0].Entry.SizeBytes);
        Assert.Equal(expected, entries[0].Content);
        Assert.Equal("rest", entries[1].Content.Latin1());
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task The_map_and_the_data_without_holes_can_be_had(string format)
    {
        await using TarReader reader = new(new MemoryStream(Sparse(format, 1L << 35, (0, "abc"), (1L << 34, "defg"))));
        TarEntry? entry = await reader.ReadNextAsync(Ct);
        Assert.Equal(1L << 35, entry?.SizeBytes);
        Assert.True(reader.IsSparse);
        Assert.Equal([new TarSparseSegment(0, 3), new TarSparseSegment(1L << 34, 4)], reader.SparseSegments);
        Assert.Equal("abcdefg", (await GzipEncoderStreamTests.ReadAllAsync(reader.PackedContent)).Latin1());
        Assert.Throws<InvalidOperationException>(() => reader.Content);
        Assert.Equal("after", (await reader.ReadNextAsync(Ct))?.Path);
        Assert.False(reader.IsSparse);
        Assert.Equal([new TarSparseSegment(0, 4)], reader.SparseSegments);
        Assert.Equal("rest", (await GzipEncoderStreamTests.ReadAllAsync(reader.PackedContent)).Latin1());
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Many_parts_and_a_trailing_hole(string format)
    {
        (long, string)[] parts = [.. Enumerable.Range(0, 100).Select(i => (i * 1000L, new string((char)('a' + (i % 26)), 1 + i)))];
        List<(TarEntry Entry, byte[] Content)> entries = await Archive.ReadAsync(Sparse(format, 200_000, [.. parts, (200_000, "")]));
        byte[] expected = new byte[200_000];
        foreach ((long offset, string data) in parts)
            Encoding.ASCII.GetBytes(data).CopyTo(expected.AsSpan((int)offset));
        Assert.Equal(expected, entries[0].Content);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_file_that_is_one_hole(string format)
    {
        List<(TarEntry Entry, byte[] Content)> entries = await Archive.ReadAsync(Sparse(format, 3000, (3000, "")));
        Assert.Equal(new byte[3000], entries[0].Content);
    }

    [Theory]
    [InlineData("old")]
    [InlineData("0.0")]
    [InlineData("0.1")]
    [InlineData("1.0")]
    public async Task Maps_that_contradict_themselves_are_refused(string format)
    {
        byte[][] archives =
        [
            Sparse(format, 100, (50, "a"), (50, "b")),
            Sparse(format, 100, (50, "ab"), (10, "c")),
            Sparse(format, 100, (99, "ab")),
            Sparse(format, 100, (long.MaxValue, "a")),
            Sparse(format, 100, (200, "")),
        ];
        foreach (byte[] archive in archives)
            Assert.Equal(TarErrorKind.Malformed, (await Archive.RefusedAsync(archive)).Kind);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_sparse_bomb_is_stopped_at_the_limit(string format)
    {
        TarException e = await Archive.RefusedAsync(Sparse(format, 1L << 41, (0, "a")));
        Assert.Equal(TarErrorKind.LimitExceeded, e.Kind);
        Assert.Equal("dir/sparse", e.EntryName);
        await Archive.RefusedAsync(Sparse(format, 5000, (0, "a")), new TarReaderOptions { MaxFileBytes = 4999 });
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Too_many_parts_are_refused(string format)
    {
        (long, string)[] parts = [.. Enumerable.Range(0, 300).Select(i => (i * 10L, "x"))];
        TarException e = await Archive.RefusedAsync(Sparse(format, 10_000, parts), new TarReaderOptions { MaxSparseSegments = 299 });
        Assert.Equal(TarErrorKind.LimitExceeded, e.Kind);
    }

    [Fact]
    public async Task A_map_that_goes_on_without_end_is_refused()
    {
        RawTar endless = new RawTar().Header("s", 'S', 0, b =>
        {
            RawTar.Put(b, 257, RawTar.GnuMagic);
            RawTar.Put(b, 483, "00000000144\0"u8);
            b[482] = 1;
        });
        byte[] block = new byte[512];
        block[504] = 1;
        for (int i = 0; i < 3000; i++)
            endless.Data(block);
        Assert.Equal(TarErrorKind.Truncated, (await Archive.RefusedAsync(endless.Bytes())).Kind);
    }

    [Theory]
    [InlineData("5\n1\n")]
    [InlineData("9999999999999999999999\n")]
    [InlineData("-1\n")]
    [InlineData("x\n")]
    [InlineData("1\n0\n")]
    public async Task Maps_before_the_data_that_are_no_maps_are_refused(string map)
    {
        byte[] archive = new RawTar()
            .Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "10"))
            .File("f", Encoding.ASCII.GetBytes(map.PadRight(512, 'x')))
            .End();
        Assert.NotEqual(TarErrorKind.Unsupported, (await Archive.RefusedAsync(archive)).Kind);
    }

    [Fact]
    public async Task A_count_of_parts_beyond_the_limit_takes_no_memory()
    {
        byte[] archive = new RawTar()
            .Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "10"))
            .File("f", Encoding.ASCII.GetBytes("4611686018427387904\n".PadRight(512, '1')))
            .End();
        Assert.Equal(TarErrorKind.LimitExceeded, (await Archive.RefusedAsync(archive)).Kind);
    }

    [Fact]
    public async Task An_unknown_sparse_format_is_not_taken_for_a_plain_file()
    {
        byte[] archive = new RawTar().Pax(("GNU.sparse.major", "2"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "10")).File("f", "x"u8).End();
        Assert.Equal(TarErrorKind.Unsupported, (await Archive.RefusedAsync(archive)).Kind);
    }

    [Fact]
    public async Task Reads_what_gnu_tar_writes_in_every_sparse_format()
    {
        string folder = Directory.CreateTempSubdirectory("caisson-tar-sparse").FullName;
        try
        {
            byte[] expected = new byte[3_000_000];
            SampleBytes.Random(70_000).CopyTo(expected, 1_000_000);
            SampleBytes.Text(9_000).CopyTo(expected, 2_900_000);
            await using (FileStream file = File.Create(Path.Combine(folder, "disk")))
            {
                file.SetLength(expected.Length);
                file.Position = 1_000_000;
                await file.WriteAsync(expected.AsMemory(1_000_000, 70_000), Ct);
                file.Position = 2_900_000;
                await file.WriteAsync(expected.AsMemory(2_900_000, 9_000), Ct);
            }
            foreach (string[] format in new string[][] { ["--format=gnu"], ["--format=posix", "--sparse-version=0.0"], ["--format=posix", "--sparse-version=0.1"], ["--format=posix", "--sparse-version=1.0"] })
            {
                byte[] archive = await Tool.RunAsync("tar", [.. format, "--sparse", "--hole-detection=raw", "-cf", "-", "disk"], [], Ct, folder);
                Assert.InRange(archive.Length, 79_000, 500_000);
                (TarEntry entry, byte[] content) = Assert.Single(await Archive.ReadAsync(archive));
                Assert.Equal("disk", entry.Path);
                Assert.Equal(expected, content);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Sparse(string format, long realSize, params (long Offset, string Data)[] parts)
    {
        string data = string.Concat(parts.Select(p => p.Data));
        string map = string.Join(',', parts.Select(p => $"{p.Offset},{p.Data.Length}"));
        RawTar tar = new();
        switch (format)
        {
            case "old":
                AddOld(tar, realSize, parts, data.Length);
                tar.Data(Encoding.ASCII.GetBytes(data));
                break;
            case "0.0":
                string pairs = string.Concat(parts.Select(p => RawTar.Record("GNU.sparse.offset", $"{p.Offset}") + RawTar.Record("GNU.sparse.numbytes", $"{p.Data.Length}")));
                tar.PaxRaw('x', RawTar.Record("GNU.sparse.size", $"{realSize}") + RawTar.Record("GNU.sparse.numblocks", $"{parts.Length}") + pairs);
                tar.File("dir/sparse", Encoding.ASCII.GetBytes(data));
                break;
            case "0.1":
                tar.Pax(("GNU.sparse.size", $"{realSize}"), ("GNU.sparse.numblocks", $"{parts.Length}"), ("GNU.sparse.name", "dir/sparse"), ("GNU.sparse.map", map));
                tar.File("dir/GNUSparseFile.0/sparse", Encoding.ASCII.GetBytes(data));
                break;
            default:
                tar.Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "dir/sparse"), ("GNU.sparse.realsize", $"{realSize}"));
                string lines = $"{parts.Length}\n" + string.Concat(parts.Select(p => $"{p.Offset}\n{p.Data.Length}\n"));
                tar.File("dir/GNUSparseFile.0/sparse", Encoding.ASCII.GetBytes(lines.PadRight((lines.Length + 511) / 512 * 512, '\0') + data));
                break;
        }
        return tar.File("after", "rest"u8).End();
    }

    private static void AddOld(RawTar tar, long realSize, (long Offset, string Data)[] parts, int dataBytes)
    {
        tar.Header("dir/sparse", 'S', dataBytes, b =>
        {
            RawTar.Put(b, 257, RawTar.GnuMagic);
            PutNumber(b, 483, realSize);
            PutParts(b, 386, parts.Take(4));
            b[482] = (byte)(parts.Length > 4 ? 1 : 0);
        });
        for (int next = 4; next < parts.Length; next += 21)
        {
            byte[] block = new byte[512];
            PutParts(block, 0, parts.Skip(next).Take(21));
            block[504] = (byte)(parts.Length > next + 21 ? 1 : 0);
            tar.Data(block);
        }
    }

    private static void PutParts(byte[] block, int offset, IEnumerable<(long Offset, string Data)> parts)
    {
        foreach ((long start, string data) in parts)
        {
            PutNumber(block, offset, start);
            PutNumber(block, offset + 12, data.Length);
            offset += 24;
        }
    }

    private static void PutNumber(byte[] block, int offset, long value)
    {
        if (value < 1L << 33)
        {
            RawTar.Put(block, offset, Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(11, '0') + "\0"));
            return;
        }
        block[offset] = 0x80;
        for (int i = 11; i > 3; i--, value >>= 8)
            block[offset + i] = (byte)value;
    }
}
