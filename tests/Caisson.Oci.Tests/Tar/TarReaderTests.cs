using System.Text;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Tests.Tar;

public sealed class TarReaderTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Old_headers_have_directories_by_their_slash()
    {
        byte[] archive = new RawTar()
            .Header("dir/", '\0', 0, NoMagic)
            .File("dir/file", "abc"u8, b => { NoMagic(b); b[156] = 0; })
            .Header("slash/", '0')
            .File("seven", "x"u8, b => b[156] = (byte)'7')
            .End();
        Assert.Equal(["Directory dir", "File dir/file", "Directory slash", "File seven"], await NamesAsync(archive));
    }

    [Theory]
    [InlineData("./a", "a")]
    [InlineData("a//b", "a/b")]
    [InlineData("a/./b", "a/b")]
    [InlineData(".//a///b/.", "a/b")]
    [InlineData("a\\b", "a\\b")]
    [InlineData("...", "...")]
    [InlineData("..a/b..", "..a/b..")]
    public async Task Paths_come_out_normal(string stored, string expected) =>
        Assert.Equal([$"File {expected}"], await NamesAsync(new RawTar().Header(stored).End()));

    [Theory]
    [InlineData(".")]
    [InlineData("./")]
    [InlineData("././/")]
    public async Task The_root_is_the_empty_path(string stored) =>
        Assert.Equal(["Directory "], await NamesAsync(new RawTar().Header(stored, '5').End()));

    [Fact]
    public async Task Leading_slashes_are_stripped_when_asked_for()
    {
        byte[] archive = new RawTar().Header("//etc/passwd").Header("/", '5').Header("/l", '1', 0, b => RawTar.Put(b, 157, "/etc/passwd"u8)).End();
        List<(TarEntry Entry, byte[] Content)> entries = await Archive.ReadAsync(archive, TarReaderOptions.Layer);
        Assert.Equal(["etc/passwd", "", "l"], entries.Select(e => e.Entry.Path));
        Assert.Equal("etc/passwd", entries[2].Entry.LinkTarget);
    }

    [Fact]
    public async Task Prefixes_of_ustar_and_star_come_first()
    {
        byte[] archive = new RawTar()
            .Header("name", '0', 0, b => RawTar.Put(b, 345, Encoding.ASCII.GetBytes(new string('p', 155))))
            .Header("name", '0', 0, b =>
            {
                RawTar.Put(b, 345, "star"u8);
                RawTar.Put(b, 476, "00000000017\00000000017\0"u8);
                RawTar.Put(b, 508, "tar\0"u8);
            })
            .Header("name", '0', 0, b =>
            {
                RawTar.Put(b, 257, RawTar.GnuMagic);
                RawTar.Put(b, 345, "00000000017\0"u8);
            })
            .End();
        Assert.Equal([$"File {new string('p', 155)}/name", "File star/name", "File name"], await NamesAsync(archive));
    }

    [Fact]
    public async Task Gnu_long_names_and_links()
    {
        string name = string.Join('/', Enumerable.Repeat("directory", 40));
        byte[] archive = new RawTar()
            .Header("././@LongLink", 'K', 301, Gnu).Data([.. Enumerable.Repeat((byte)'t', 300), 0])
            .Header("././@LongLink", 'L', name.Length + 1, Gnu).Data([.. Encoding.ASCII.GetBytes(name), 0])
            .Header("short", '2', 0, Gnu)
            .Header("next", '0', 0, Gnu)
            .End();
        List<(TarEntry Entry, byte[] Content)> entries = await Archive.ReadAsync(archive);
        Assert.Equal([name, "next"], entries.Select(e => e.Entry.Path));
        Assert.Equal(new string('t', 300), entries[0].Entry.LinkTarget);
    }

    [Fact]
    public async Task Base_256_numbers_positive_and_negative()
    {
        byte[] archive = new RawTar()
            .Header("f", '0', 0, b =>
            {
                RawTar.Put(b, 108, [0x80, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFE]);
                RawTar.Put(b, 136, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE]);
            })
            .End();
        TarEntry entry = Assert.Single(await Archive.ReadAsync(archive)).Entry;
        Assert.Equal(4_294_967_294, entry.Uid);
        Assert.Equal(-2, entry.ModifiedSeconds);
    }

    [Fact]
    public async Task Numbers_may_be_padded_in_every_way_that_is_in_use()
    {
        byte[] archive = new RawTar()
            .Header("f", '0', 0, b =>
            {
                RawTar.Put(b, 100, "   644 \0"u8);
                RawTar.Put(b, 108, "\0\0\0\0\0\0\0\0"u8);
                RawTar.Put(b, 116, "0000012 "u8);
                RawTar.Put(b, 136, "777777777777"u8);
            })
            .End();
        TarEntry entry = Assert.Single(await Archive.ReadAsync(archive)).Entry;
        Assert.Equal((0x1A4, 0L, 10L, 0xF_FFFF_FFFFL), (entry.Mode, entry.Uid, entry.Gid, entry.ModifiedSeconds));
    }

    [Fact]
    public async Task Mode_keeps_twelve_bits() =>
        Assert.Equal(0x1A4, Assert.Single(await Archive.ReadAsync(new RawTar().Header("f", '0', 0, b => RawTar.Put(b, 100, "0100644\0"u8)).End())).Entry.Mode);

    [Fact]
    public async Task Signed_checksums_of_old_programs_are_taken()
    {
        byte[] archive = new RawTar().Header("\u00e9").End();
        archive.AsSpan(148, 8).Fill((byte)' ');
        int sum = archive.AsSpan(0, 512).ToArray().Sum(b => (sbyte)b);
        RawTar.Put(archive, 148, Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 "));
        Assert.Equal(["File \uDCE9"], await NamesAsync(archive));
    }

    [Fact]
    public async Task Pax_records_go_before_the_header()
    {
        byte[] archive = new RawTar()
            .Pax(("path", "dir/real"), ("uid", "4000000000"), ("gid", "5"), ("mtime", "-1.25"), ("size", "3"), ("comment", "x"), ("SCHILY.xattr.user.k", "\0\u00ff=\n"), ("SCHILY.xattr.user.e", ""))
            .Header("short", '0', 0).Data("abc"u8)
            .File("plain", "z"u8)
            .End();
        List<(TarEntry Entry, byte[] Content)> entries = await Archive.ReadAsync(archive);
        Assert.Equal("File dir/real 644 4000000000:5 3 -2.750000000  0,0 user.e=,user.k=00FF3D0A", Archive.Describe(entries[0].Entry));
        Assert.Equal("abc", entries[0].Content.Latin1());
        Assert.Equal("File plain 644 0:0 1 0.000000000  0,0 ", Archive.Describe(entries[1].Entry));
    }

    [Theory]
    [InlineData("1", 1, 0)]
    [InlineData("1.5", 1, 500_000_000)]
    [InlineData("1.", 1, 0)]
    [InlineData("1.0000000019", 1, 1)]
    [InlineData("-1", -1, 0)]
    [InlineData("-0.000000001", -1, 999_999_999)]
    [InlineData("-3.75", -4, 250_000_000)]
    [InlineData("9223372036854775807", long.MaxValue, 0)]
    public async Task Pax_times(string text, long seconds, int nanoseconds)
    {
        TarEntry entry = Assert.Single(await Archive.ReadAsync(new RawTar().Pax(("mtime", text)).Header("f").End())).Entry;
        Assert.Equal((seconds, nanoseconds), (entry.ModifiedSeconds, entry.ModifiedNanoseconds));
    }

    [Fact]
    public async Task Global_pax_records_hold_until_they_are_replaced_or_emptied()
    {
        byte[] archive = new RawTar()
            .PaxRaw('g', RawTar.Record("uid", "7") + RawTar.Record("mtime", "9") + RawTar.Record("path", "everything") + RawTar.Record("SCHILY.xattr.user.g", "1"))
            .Header("a")
            .Pax(("uid", ""), ("mtime", "10"), ("SCHILY.xattr.user.l", "2")).Header("b")
            .PaxRaw('g', RawTar.Record("uid", "8"))
            .Header("c")
            .End();
        Assert.Equal(
            [
                "File a 644 7:0 0 9.000000000  0,0 user.g=31",
                "File b 644 0:0 0 10.000000000  0,0 user.g=31,user.l=32",
                "File c 644 8:0 0 9.000000000  0,0 user.g=31",
            ],
            (await Archive.ReadAsync(archive)).Select(e => Archive.Describe(e.Entry)));
    }

    [Fact]
    public async Task Entries_without_data_by_their_type_have_none()
    {
        byte[] archive = new RawTar()
            .Header("link", '1', 1000, b => RawTar.Put(b, 157, "f"u8))
            .Header("dir", '5', 4096)
            .File("f", "x"u8)
            .End();
        Assert.Equal(["HardLink link", "Directory dir", "File f"], await NamesAsync(archive));
    }

    [Fact]
    public async Task Volume_labels_are_passed_over() =>
        Assert.Equal(["File f"], await NamesAsync(new RawTar().Header("label", 'V', 600, Gnu).Data(new byte[600]).File("f", "x"u8).End()));

    [Fact]
    public async Task Content_that_is_not_read_is_passed_over_with_and_without_seeking()
    {
        byte[] archive = await Archive.WriteAsync(Enumerable.Range(0, 50).Select(i => (Archive.File($"f{i}", i * 7000), SampleBytes.Random(i * 7000))));
        foreach (Stream stream in new Stream[] { new MemoryStream(archive), new TricklingStream(archive) })
        {
            await using TarReader reader = new(stream);
            for (int i = 0; i < 50; i++)
            {
                TarEntry? entry = await reader.ReadNextAsync(Ct);
                Assert.Equal($"f{i}", entry?.Path);
                if (i % 3 == 0)
                    await reader.Content.ReadAtLeastAsync(new byte[100], Math.Min(100, i * 7000), cancellationToken: Ct);
            }
            Assert.Null(await reader.ReadNextAsync(Ct));
        }
    }

    [Fact]
    public async Task Content_can_be_read_synchronously()
    {
        byte[] content = SampleBytes.Random(100_000);
        await using TarReader reader = new(new MemoryStream(await Archive.WriteAsync([(Archive.File("f", content.Length), content)])));
        await reader.ReadNextAsync(Ct);
        Assert.Equal(content.Length, reader.Content.Length);
        MemoryStream copy = new();
        reader.Content.CopyTo(copy);
        Assert.Equal(content, copy.ToArray());
        Assert.Equal(content.Length, reader.Content.Position);
    }

    [Fact]
    public async Task Content_of_an_earlier_entry_is_gone()
    {
        await using TarReader reader = new(new MemoryStream(await Archive.WriteAsync([(Archive.File("a", 1), [1]), (Archive.File("b", 1), [2])])));
        await reader.ReadNextAsync(Ct);
        Stream content = reader.Content;
        await reader.ReadNextAsync(Ct);
        Assert.Throws<InvalidOperationException>(() => content.ReadByte());
        Assert.Equal(2, reader.Content.ReadByte());
    }

    [Fact]
    public async Task A_stream_that_cannot_seek_is_read_to_its_end()
    {
        byte[] archive = [.. await Archive.WriteAsync(Archive.File("a")), .. new byte[9 * 1024], 1, 2, 3];
        TricklingStream stream = new(archive);
        await using TarReader reader = new(stream, leaveOpen: true);
        await reader.ReadNextAsync(Ct);
        Assert.Null(await reader.ReadNextAsync(Ct));
        Assert.Equal(archive.Length, stream.Position);
    }

    [Fact]
    public async Task Position_and_number_of_the_entry_are_known()
    {
        await using TarReader reader = new(new MemoryStream(new RawTar().File("a", "x"u8).Pax(("path", "b")).Header("c").End()));
        await reader.ReadNextAsync(Ct);
        Assert.Equal((1, 0), (reader.EntryNumber, reader.EntryOffset));
        await reader.ReadNextAsync(Ct);
        Assert.Equal((2, 2048), (reader.EntryNumber, reader.EntryOffset));
    }

    [Fact]
    public async Task Disposing_closes_the_stream_unless_it_stays_open()
    {
        MemoryStream stream = new(new byte[1024]);
        await new TarReader(stream, leaveOpen: true).DisposeAsync();
        Assert.True(stream.CanRead);
        await new TarReader(stream).DisposeAsync();
        Assert.False(stream.CanRead);
    }

    [Fact]
    public async Task Reads_what_gnu_tar_writes_in_every_format()
    {
        string folder = Directory.CreateTempSubdirectory("caisson-tar-gnu").FullName;
        try
        {
            string deep = Path.Combine(folder, "tree", string.Join('/', Enumerable.Repeat("directory-name", 12)));
            Directory.CreateDirectory(deep);
            await File.WriteAllTextAsync(Path.Combine(deep, "файл"), "content", Ct);
            await File.WriteAllTextAsync(Path.Combine(folder, "tree/short"), "s", Ct);
            File.CreateSymbolicLink(Path.Combine(folder, "tree/link"), "short");
            await Tool.RunAsync("ln", ["tree/short", "tree/zhard"], [], Ct, folder);
            string long100 = string.Join('/', Enumerable.Repeat("directory-name", 12));
            foreach (string format in new[] { "gnu", "oldgnu", "pax", "posix" })
            {
                byte[] archive = await Tool.RunAsync("tar", [$"--format={format}", "--sort=name", "-cf", "-", "tree"], [], Ct, folder);
                List<(TarEntry Entry, byte[] Content)> entries = await Archive.ReadAsync(archive);
                Assert.Contains(entries, e => e.Entry.Path == $"tree/{long100}/файл" && e.Content.Latin1() == "content");
                Assert.Contains(entries, e => e.Entry is { Path: "tree/link", Type: TarEntryType.SymbolicLink, LinkTarget: "short" });
                Assert.Contains(entries, e => e.Entry is { Path: "tree/zhard", Type: TarEntryType.HardLink, LinkTarget: "tree/short" });
                Assert.Equal(12 + 1, entries.Count(e => e.Entry.Type == TarEntryType.Directory));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void NoMagic(byte[] block) => block.AsSpan(257, 8).Clear();

    private static void Gnu(byte[] block) => RawTar.Put(block, 257, RawTar.GnuMagic);

    private static async Task<List<string>> NamesAsync(byte[] archive) =>
        [.. (await Archive.ReadAsync(archive)).Select(e => $"{e.Entry.Type} {e.Entry.Path}")];
}
