using System.Text;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Tests.Tar;

public sealed class TarHostileTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a/..")]
    [InlineData("..")]
    [InlineData("/etc/passwd")]
    [InlineData("//x")]
    public async Task Paths_that_could_leave_the_root_are_refused(string path)
    {
        RawTar[] ways =
        [
            new RawTar().Header(path),
            new RawTar().Header("x", '0', 0, b => RawTar.Put(b, 345, Encoding.ASCII.GetBytes(path))),
            new RawTar().Pax(("path", path)).Header("x"),
            new RawTar().Pax(("GNU.sparse.name", path)).Header("x"),
            new RawTar().Header("././@LongLink", 'L', path.Length + 1).Data(Encoding.ASCII.GetBytes(path + "\0")).Header("x"),
            new RawTar().Header("x", '1', 0, b => RawTar.Put(b, 157, Encoding.ASCII.GetBytes(path))),
            new RawTar().Pax(("linkpath", path)).Header("x", '1'),
            new RawTar().Header("././@LongLink", 'K', path.Length + 1).Data(Encoding.ASCII.GetBytes(path + "\0")).Header("x", '1'),
        ];
        foreach (RawTar way in ways)
        {
            TarException e = await Archive.RefusedAsync(way.End());
            Assert.Equal(TarErrorKind.UnsafePath, e.Kind);
            Assert.Equal(way.Length - 512, e.Offset);
        }
    }

    [Theory]
    [InlineData("a/../b", "b")]
    [InlineData("/../x", "x")]
    [InlineData("/a/../../x", "x")]
    [InlineData("a/b/../../c/./d/..", "c")]
    public async Task Parents_are_worked_out_where_that_is_asked_for(string path, string expected)
    {
        await using TarReader reader = new(new MemoryStream(new RawTar().Header(path).End()), TarReaderOptions.Source);
        Assert.Equal(expected, (await reader.ReadNextAsync(TestContext.Current.CancellationToken))?.Path);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    public async Task Parents_above_the_root_are_refused_all_the_same(string path) =>
        Assert.Equal(TarErrorKind.UnsafePath, (await Archive.RefusedAsync(new RawTar().Header(path).End(), TarReaderOptions.Source)).Kind);

    [Fact]
    public async Task Parents_are_refused_even_where_slashes_are_stripped()
    {
        foreach (string path in new[] { "/../x", "..", "/a/../../x" })
            Assert.Equal(TarErrorKind.UnsafePath, (await Archive.RefusedAsync(new RawTar().Header(path).End(), TarReaderOptions.Layer)).Kind);
    }

    [Fact]
    public async Task Names_with_a_NUL_are_refused()
    {
        Assert.Equal(TarErrorKind.UnsafePath, (await Archive.RefusedAsync(new RawTar().Pax(("path", "a\0b")).Header("x").End())).Kind);
        Assert.Equal(TarErrorKind.UnsafePath, (await Archive.RefusedAsync(new RawTar().Pax(("linkpath", "a\0b")).Header("x", '1').End())).Kind);
        Assert.Equal(TarErrorKind.Malformed, (await Archive.RefusedAsync(new RawTar().Pax(("linkpath", "a\0b")).Header("x", '2').End())).Kind);
    }

    [Fact]
    public async Task Nothing_but_a_directory_takes_the_place_of_the_root()
    {
        foreach (char type in "01236")
            Assert.Equal(TarErrorKind.UnsafePath, (await Archive.RefusedAsync(new RawTar().Header(".", type, 0, b => RawTar.Put(b, 157, "x"u8)).End())).Kind);
        Assert.Equal(TarErrorKind.UnsafePath, (await Archive.RefusedAsync(new RawTar().Header("x", '1', 0, b => RawTar.Put(b, 157, "./"u8)).End())).Kind);
    }

    [Theory]
    [InlineData('1')]
    [InlineData('2')]
    public async Task Links_without_a_target_are_refused(char type) =>
        Assert.Equal(TarErrorKind.Malformed, (await Archive.RefusedAsync(new RawTar().Header("x", type).End())).Kind);

    [Fact]
    public async Task A_name_of_no_bytes_is_refused() =>
        Assert.Equal(TarErrorKind.Malformed, (await Archive.RefusedAsync(new RawTar().Header("").End())).Kind);

    [Theory]
    [InlineData('M')]
    [InlineData('D')]
    [InlineData('A')]
    [InlineData('S')]
    [InlineData('\u00ff')]
    public async Task Types_that_no_image_has_are_refused(char type) =>
        Assert.Equal(TarErrorKind.Unsupported, (await Archive.RefusedAsync(new RawTar().Header("x", type).End())).Kind);

    [Theory]
    [InlineData(100, "000x644\0")]
    [InlineData(108, "-000001\0")]
    [InlineData(116, "0000008\0")]
    [InlineData(124, "0000000 0000")]
    [InlineData(136, "0x000000000\0")]
    public async Task Numbers_that_are_none_are_refused(int offset, string field) =>
        Assert.Equal(TarErrorKind.Malformed, (await Archive.RefusedAsync(new RawTar().Header("x", '0', 0, b => RawTar.Put(b, offset, Encoding.ASCII.GetBytes(field))).End())).Kind);

    [Theory]
    [InlineData("80FFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData("80000000FFFFFFFFFFFFFFFF")]
    [InlineData("8000008000000000000000FF")]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData("C00000000000000000000000")]
    [InlineData("BFFFFFFFFFFFFFFFFFFFFFFF")]
    public async Task Sizes_that_overflow_or_are_negative_are_refused(string hex) =>
        Assert.Equal(TarErrorKind.Malformed, (await Archive.RefusedAsync(new RawTar().Header("x", '0', 0, b => RawTar.Put(b, 124, Convert.FromHexString(hex))).End())).Kind);

    [Theory]
    [InlineData("800000007FFFFFFFFFFFFFFF")]
    [InlineData("800000000000020000000000")]
    public async Task Huge_sizes_are_beyond_the_limit(string hex)
    {
        foreach (char type in "0VxLgK")
        {
            byte[] archive = new RawTar().Header("x", type, 0, b => RawTar.Put(b, 124, Convert.FromHexString(hex))).End();
            TarException e = await Archive.RefusedAsync(archive);
            Assert.True(e.Kind is TarErrorKind.LimitExceeded or TarErrorKind.Truncated, e.Message);
        }
    }

    [Theory]
    [InlineData("size", "-1")]
    [InlineData("size", "9223372036854775808")]
    [InlineData("size", "0x10")]
    [InlineData("uid", "-5")]
    [InlineData("gid", "1.5")]
    [InlineData("mtime", "")]
    [InlineData("mtime", "--1")]
    [InlineData("mtime", "1.5.5")]
    [InlineData("mtime", "1e9")]
    [InlineData("mtime", "99999999999999999999")]
    public async Task Pax_values_that_are_no_numbers_are_refused(string key, string value)
    {
        byte[] archive = new RawTar().Pax((key, value)).Header("x").End();
        if (value.Length == 0)
            Assert.Single(await Archive.ReadAsync(archive));
        else
            Assert.Equal(TarErrorKind.Malformed, (await Archive.RefusedAsync(archive)).Kind);
    }

    [Theory]
    [InlineData("5 a=b\n")]
    [InlineData("7 a=b\n")]
    [InlineData("99999999999999999999 a=b\n")]
    [InlineData("9223372036854775807 a=b\n")]
    [InlineData("-6 a=b\n")]
    [InlineData("6 a=b ")]
    [InlineData("6 a-b\n")]
    [InlineData("5 =b\n")]
    [InlineData("0 \n")]
    [InlineData("a=b\n")]
    [InlineData("18 SCHILY.xattr.=\n")]
    [InlineData("6 a=b\n\0")]
    public async Task Pax_records_of_a_wrong_form_are_refused(string records) =>
        Assert.Equal(TarErrorKind.Malformed, (await Archive.RefusedAsync(new RawTar().PaxRaw('x', records).Header("x").End())).Kind);

    [Fact]
    public async Task Truncation_at_every_byte_is_noticed()
    {
        byte[] whole = new RawTar()
            .File("a", SampleBytes.Text(700))
            .Pax(("path", "b"), ("SCHILY.xattr.user.a", "1")).File("b", SampleBytes.Text(100))
            .Header("././@LongLink", 'L', 4).Data("ccc\0"u8).File("c", [])
            .Header("d", '5')
            .End();
        HashSet<int> boundaries = [0, 512 + 1024, 512 + 1024 + (2 * 512) + 1024, whole.Length - 1024 - 512, whole.Length - 1024, whole.Length - 512];
        foreach (bool canSeek in new[] { true, false })
        {
            for (int length = 0; length < whole.Length; length++)
            {
                byte[] part = whole[..length];
                if (!boundaries.Contains(length))
                    Assert.Equal(TarErrorKind.Truncated, (await Assert.ThrowsAsync<TarException>(() => PassOverAsync(part, canSeek))).Kind);
                else
                    await PassOverAsync(part, canSeek);
                TarException strict = await Assert.ThrowsAsync<TarException>(() => PassOverAsync(part, canSeek, new TarReaderOptions { RequireEndMarker = true }));
                Assert.Equal(TarErrorKind.Truncated, strict.Kind);
            }
        }
    }

    [Fact]
    public async Task Content_that_ends_early_is_noticed_by_its_reader()
    {
        byte[] part = new RawTar().File("a", new byte[2000]).Bytes()[..1500];
        await using TarReader reader = new(new MemoryStream(part));
        await reader.ReadNextAsync(Ct);
        TarException e = await Assert.ThrowsAsync<TarException>(() => reader.Content.CopyToAsync(Stream.Null, Ct));
        Assert.Equal((TarErrorKind.Truncated, "a", 0L), (e.Kind, e.EntryName, e.Offset));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.ReadNextAsync(Ct));
    }

    [Fact]
    public async Task Every_changed_byte_of_a_header_is_noticed()
    {
        byte[] whole = new RawTar().File("name", "content"u8).End();
        for (int i = 0; i < 512; i++)
        {
            byte[] broken = [.. whole];
            broken[i] ^= 0x01;
            if (i is >= 148 and < 156 && (await Record.ExceptionAsync(() => PassOverAsync(broken, true))) is null)
                continue; // another way to write the same checksum
            TarException e = await Archive.RefusedAsync(broken);
            Assert.Equal(TarErrorKind.Malformed, e.Kind);
        }
    }

    [Fact]
    public async Task Something_else_is_not_taken_for_an_archive()
    {
        TarException e = await Archive.RefusedAsync(SampleBytes.Random(5000));
        Assert.Contains("no tar archive", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_block_of_zeros_inside_is_refused()
    {
        byte[] archive = [.. new RawTar().Header("a").Bytes(), .. new byte[512], .. new RawTar().Header("b").End()];
        Assert.Equal(TarErrorKind.Malformed, (await Archive.RefusedAsync(archive)).Kind);
    }

    [Theory]
    [InlineData('x')]
    [InlineData('g')]
    [InlineData('L')]
    [InlineData('K')]
    [InlineData('V')]
    public async Task A_million_headers_without_an_entry_are_stopped(char type)
    {
        RawTar tar = new();
        for (int i = 0; i < 1000; i++)
            tar.Header("x", type);
        TarException e = await Archive.RefusedAsync(tar.End());
        Assert.Equal(TarErrorKind.LimitExceeded, e.Kind);
        Assert.InRange(e.Offset, 0, 100 * 512);
    }

    [Fact]
    public async Task Headers_with_nothing_behind_them_are_refused() =>
        Assert.Equal(TarErrorKind.Truncated, (await Archive.RefusedAsync(new RawTar().Pax(("path", "x")).End())).Kind);

    [Fact]
    public async Task Limits_hold()
    {
        byte[] archive = new RawTar()
            .Pax(("SCHILY.xattr.user.abc", "12345678"), ("path", "one/two/three")).File("x", new byte[1000])
            .Header("link", '2', 0, b => RawTar.Put(b, 157, "0123456789"u8))
            .File("y", new byte[1000])
            .End();
        (string Limit, TarReaderOptions Enough, TarReaderOptions TooLittle)[] limits =
        [
            ("entries", new() { MaxEntries = 3 }, new() { MaxEntries = 2 }),
            ("header", new() { MaxHeaderBytes = 60 }, new() { MaxHeaderBytes = 50 }),
            ("path", new() { MaxPathBytes = 13 }, new() { MaxPathBytes = 12 }),
            ("depth", new() { MaxPathDepth = 3 }, new() { MaxPathDepth = 2 }),
            ("text", new() { MaxLinkTextBytes = 10 }, new() { MaxLinkTextBytes = 9 }),
            ("attributes", new() { MaxXattrBytes = 16 }, new() { MaxXattrBytes = 15 }),
            ("size of the file", new() { MaxFileBytes = 1000 }, new() { MaxFileBytes = 999 }),
            ("all files", new() { MaxTotalFileBytes = 2000 }, new() { MaxTotalFileBytes = 1999 }),
            ("archive", new() { MaxArchiveBytes = archive.Length }, new() { MaxArchiveBytes = archive.Length - 1025 }),
            ("before one entry", new() { MaxHeadersPerEntry = 1 }, new() { MaxHeadersPerEntry = 0 }),
        ];
        foreach ((string limit, TarReaderOptions enough, TarReaderOptions tooLittle) in limits)
        {
            Assert.Equal(3, (await Archive.ReadAsync(archive, enough)).Count);
            TarException e = await Archive.RefusedAsync(archive, tooLittle);
            Assert.Equal(TarErrorKind.LimitExceeded, e.Kind);
            Assert.Contains(limit, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_follows_the_end_counts_for_the_limit()
    {
        byte[] archive = [.. new RawTar().Header("a").End(), .. new byte[1_000_000]];
        TarReaderOptions options = new() { MaxArchiveBytes = 500_000 };
        TarException e = await Assert.ThrowsAsync<TarException>(() => PassOverAsync(archive, canSeek: false, options));
        Assert.Equal(TarErrorKind.LimitExceeded, e.Kind);
    }

    [Fact]
    public async Task Names_in_messages_cannot_steer_a_terminal()
    {
        TarException e = await Archive.RefusedAsync(new RawTar().Header("../\u001b[2J\n\u00ff" + new string('x', 80)).End());
        Assert.DoesNotContain(e.Message, c => char.IsControl(c) || char.IsSurrogate(c));
        TarException longName = await Archive.RefusedAsync(new RawTar().Pax(("path", "../" + new string('x', 100_000))).Header("x").End());
        Assert.InRange(longName.Message.Length, 100, 400);
    }

    [Fact]
    public async Task Mutated_archives_never_do_more_than_throw()
    {
        byte[] whole = await Archive.WriteAsync(TarWriterTests.Everything.Take(30));
        Random random = new(3);
        for (int round = 0; round < 2000; round++)
        {
            byte[] broken = [.. whole];
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                int block = random.Next(broken.Length / 512);
                broken[(block * 512) + random.Next(512)] = (byte)random.Next(256);
                if (random.Next(3) > 0)
                    Reseal(broken.AsSpan(block * 512, 512));
            }
            Exception? e = await Record.ExceptionAsync(() => PassOverAsync(broken, canSeek: random.Next(2) == 0));
            Assert.True(e is null or TarException, e?.ToString());
        }
    }

    private static void Reseal(Span<byte> block)
    {
        byte[] copy = block.ToArray();
        RawTar.Seal(copy);
        copy.CopyTo(block);
    }

    private static async Task PassOverAsync(byte[] archive, bool canSeek, TarReaderOptions? options = null)
    {
        await using TarReader reader = new(canSeek ? new MemoryStream(archive) : new ForwardStream(archive), options);
        while (await reader.ReadNextAsync(Ct) is { } entry)
            Assert.True(entry.Path.Length == 0 || !entry.Path.Split('/').Any(p => p is "" or "." or ".."));
    }

    private sealed class ForwardStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
