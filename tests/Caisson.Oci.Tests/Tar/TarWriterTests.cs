using System.Collections.Immutable;
using System.Security.Cryptography;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Tests.Tar;

public sealed class TarWriterTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Entries of every type and everything that needs a PAX header.</summary>
    public static List<(TarEntry Entry, byte[] Content)> Everything { get; } = MakeEverything();

    [Fact]
    public async Task Fields_stand_where_ustar_has_them()
    {
        TarEntry entry = Archive.File("etc/motd", 5) with { Mode = 0xFFF, Uid = 1000, Gid = 65534, ModifiedSeconds = 1_700_000_000, ModifiedNanoseconds = 5 };
        byte[] archive = await Archive.WriteAsync([(entry, "hello"u8.ToArray())]);
        Assert.Equal(512 + 512 + 1024, archive.Length);
        string header = archive[..512].Latin1();
        Assert.Equal("etc/motd\0", header[..9]);
        Assert.Equal("0007777\00001750\00177776\000000000005\014524770400\0", header[100..148]);
        Assert.Equal("0\0", header[156..158]);
        Assert.Equal("ustar\000", header[257..265]);
        Assert.Equal("0000000\00000000\0", header[329..345]);
        Assert.Equal("hello\0", archive[512..518].Latin1());
        int sum = archive[..512].Select((b, i) => i is >= 148 and < 156 ? ' ' : (int)b).Sum();
        Assert.Equal(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ", header[148..156]);
    }

    [Fact]
    public async Task Entries_come_back_as_they_were_written()
    {
        byte[] archive = await Archive.WriteAsync(Everything);
        List<(TarEntry Entry, byte[] Content)> back = await Archive.ReadAsync(archive);
        Assert.Equal(Everything.Select(e => Archive.Describe(e.Entry with { ModifiedNanoseconds = 0 })), back.Select(e => Archive.Describe(e.Entry)));
        Assert.Equal(Everything.Select(e => e.Content), back.Select(e => e.Content));
    }

    [Fact]
    public async Task Sub_second_times_come_back_when_asked_for()
    {
        TarEntry[] entries = [.. new long[] { 0, 1, -1, -2, 1_700_000_000, -62_135_596_800 }.SelectMany(s => new[] { 0, 1, 500_000_000, 999_999_999 }
            .Select(n => Archive.File($"f{s}.{n}") with { ModifiedSeconds = s, ModifiedNanoseconds = n }))];
        byte[] archive = await Archive.WriteAsync(entries.Select(e => (e, Array.Empty<byte>())), new TarWriterOptions { SubSecondTimes = true });
        Assert.Equal(entries.Select(Archive.Describe), (await Archive.ReadAsync(archive)).Select(e => Archive.Describe(e.Entry)));
    }

    // Layers are named by these bytes: a change here changes the digest of every image.
    [Fact]
    public async Task Bytes_are_golden()
    {
        byte[] archive = await Archive.WriteAsync(Everything);
        Assert.Equal("6420c571f8b5360323f2d54ecc0c95f1a3159d59378a2dbbaf3b5d5e85be0a51", Convert.ToHexStringLower(SHA256.HashData(archive)));
    }

    [Fact]
    public void A_size_beyond_eight_gibibytes_stands_in_a_pax_header()
    {
        string headers = new TarHeaderWriter(subSecondTimes: false).Write(Archive.File("big", 8_589_934_592)).ToArray().Latin1();
        Assert.Equal(3 * 512, headers.Length);
        Assert.Equal("PaxHeaders.0/big\0", headers[..17]);
        Assert.Equal("19 size=8589934592\n\0", headers[512..532]);
        Assert.Equal("big\0", headers[1024..1028]);
        Assert.Equal("00000000000\0", headers[1148..1160]);
        string fits = new TarHeaderWriter(subSecondTimes: false).Write(Archive.File("big", 8_589_934_591)).ToArray().Latin1();
        Assert.Equal("77777777777\0", fits[124..136]);
    }

    [Fact]
    public async Task Go_writes_the_same_bytes()
    {
        byte[] ours = await Archive.WriteAsync(Everything);
        string folder = Directory.CreateTempSubdirectory("caisson-tar-go").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "main.go"), GoProgram.Source, Ct);
            byte[] theirs = await Tool.RunAsync("go", ["run", "main.go"], GoProgram.Encode(Everything), Ct, folder, $"GOCACHE={folder}");
            Assert.Equal(FirstDifference(ours, theirs), (-1, ""));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Gnu_tar_lists_the_entries()
    {
        byte[] archive = await Archive.WriteAsync(Everything.Where(e => e.Entry.SizeBytes < 1_000_000));
        string listing = System.Text.Encoding.UTF8.GetString(await Tool.RunAsync("tar", ["--quoting-style=literal", "-tf", "-"], archive, Ct));
        string[] expected = [.. Everything.Select(e => e.Entry.Type == TarEntryType.Directory ? (e.Entry.Path.Length == 0 ? "." : e.Entry.Path) + "/" : e.Entry.Path)];
        Assert.Equal(expected.Where(p => !p.Any(char.IsSurrogate)), listing.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(p => !p.Contains('\uFFFD')));
    }

    [Fact]
    public async Task Python_reads_the_entries()
    {
        const string Script = """
            import sys, tarfile
            tar = tarfile.open(fileobj=sys.stdin.buffer, mode="r|", encoding="utf-8", errors="surrogateescape")
            for m in tar:
                data = tar.extractfile(m).read() if m.isfile() else b""
                xattrs = ",".join(sorted(k[13:] + "=" + v.encode("utf-8", "surrogateescape").hex() for k, v in m.pax_headers.items() if k.startswith("SCHILY.xattr.")))
                line = "|".join([m.name, m.type.decode(), oct(m.mode)[2:], str(m.uid), str(m.gid), str(m.size), str(int(m.mtime)), m.linkname, str(m.devmajor), str(m.devminor), xattrs, str(sum(data))])
                sys.stdout.buffer.write(line.encode("utf-8", "surrogateescape") + b"\n")
            """;
        byte[] archive = await Archive.WriteAsync(Everything);
        string[] lines = PathText.Decode(await Tool.RunAsync("python3", ["-c", Script], archive, Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Everything.Select(PythonLine), lines);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(65_536)]
    [InlineData(200_000)]
    public async Task Content_comes_from_bytes_streams_and_files_alike(int length)
    {
        byte[] content = SampleBytes.Random(length);
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, content, Ct);
            byte[] expected = await Archive.WriteAsync([(Archive.File("f", length), content)]);
            Assert.Equal(expected, await WriteWithAsync(w => w.WriteAsync(Archive.File("f", length), new MemoryStream(content), Ct)));
            Assert.Equal(expected, await WriteWithAsync(w => w.WriteAsync(Archive.File("f", length), new TricklingStream(content), Ct)));
            await using FileStream stream = File.OpenRead(path);
            Assert.Equal(expected, await WriteWithAsync(w => w.WriteAsync(Archive.File("f", length), stream, Ct)));
            using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(path);
            Assert.Equal(expected, await WriteWithAsync(w => w.WriteFileAsync(Archive.File("f", length), handle, Ct)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(9, "ends after 9 of 10 bytes")]
    [InlineData(11, "longer than its 10 bytes")]
    public async Task A_file_that_changed_meanwhile_breaks_the_archive(int length, string expected)
    {
        await using TarWriter writer = new(new MemoryStream());
        IOException e = await Assert.ThrowsAsync<IOException>(async () => await writer.WriteAsync(Archive.File("f", 10), new MemoryStream(new byte[length]), Ct));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.CompleteAsync(Ct));
    }

    [Fact]
    public async Task An_archive_that_was_not_completed_has_no_end()
    {
        MemoryStream output = new();
        await using (TarWriter writer = new(output, leaveOpen: true))
        {
            await writer.WriteAsync(Archive.File("f"), ct: Ct);
            await writer.WriteAsync(Archive.File("g"), null, Ct);
        }
        Assert.Equal(0, output.Length);
    }

    [Fact]
    public async Task Completing_twice_and_writing_afterwards()
    {
        MemoryStream output = new();
        TarWriter writer = new(output);
        await writer.CompleteAsync(Ct);
        await writer.CompleteAsync(Ct);
        Assert.Equal(new byte[1024], output.ToArray());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.WriteAsync(Archive.File("f"), ct: Ct));
        await writer.DisposeAsync();
        await writer.DisposeAsync();
        Assert.False(output.CanWrite);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await writer.WriteAsync(Archive.File("f"), ct: Ct));
    }

    [Fact]
    public async Task A_failing_output_surfaces()
    {
        await using TarWriter writer = new(new FailingStream(afterBytes: 100_000));
        await Assert.ThrowsAsync<IOException>(async () => await writer.WriteAsync(Archive.File("f", 500_000), new MemoryStream(new byte[500_000]), Ct));
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.CompleteAsync(Ct));
    }

    public static TheoryData<string, TarEntry> WrongEntries => new()
    {
        { "absolute", Archive.File("/a") },
        { "parent", Archive.File("a/../b") },
        { "dot", Archive.File("./a") },
        { "double slash", Archive.File("a//b") },
        { "trailing slash", Archive.File("a/") },
        { "NUL", Archive.File("a\0b") },
        { "root as a file", Archive.File("") },
        { "mode", Archive.File("a") with { Mode = 0x81A4 } },
        { "negative owner", Archive.File("a") with { Uid = -1 } },
        { "nanoseconds", Archive.File("a") with { ModifiedNanoseconds = 1_000_000_000 } },
        { "target of a file", Archive.File("a") with { LinkTarget = "b" } },
        { "hard link to outside", Archive.File("a") with { Type = TarEntryType.HardLink, LinkTarget = "../b" } },
        { "hard link to nothing", Archive.File("a") with { Type = TarEntryType.HardLink } },
        { "empty symbolic link", Archive.File("a") with { Type = TarEntryType.SymbolicLink } },
        { "device number", Archive.File("a") with { Type = TarEntryType.BlockDevice, DeviceMajor = 0x20_0000 } },
        { "attribute name", Archive.File("a") with { Xattrs = TarEntry.NoXattrs.Add("user.a=b", []) } },
        { "lone surrogate", Archive.File("a\uD800") },
        { "too many attributes", Archive.File("a") with { Xattrs = TarEntry.NoXattrs.Add("user.a", [.. new byte[1_100_000]]) } },
    };

    [Theory]
    [MemberData(nameof(WrongEntries))]
    public async Task Entries_that_break_the_rules_are_refused_before_anything_is_written(string why, TarEntry entry)
    {
        MemoryStream output = new();
        await using TarWriter writer = new(output);
        ArgumentException e = await Assert.ThrowsAnyAsync<ArgumentException>(async () => await writer.WriteAsync(entry, ct: Ct));
        Assert.NotEqual(why, e.Message);
        await writer.CompleteAsync(Ct);
        Assert.Equal(1024, output.Length);
    }

    [Fact]
    public async Task Directories_with_a_size_are_refused()
    {
        await using TarWriter writer = new(new MemoryStream());
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await writer.WriteAsync(Archive.File("d", 3) with { Type = TarEntryType.Directory }, new byte[3], Ct));
        await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteAsync(Archive.File("d", 3), new byte[2], Ct));
    }

    private static (int Offset, string Where) FirstDifference(byte[] ours, byte[] theirs)
    {
        int same = ours.AsSpan().CommonPrefixLength(theirs);
        if (same == ours.Length && same == theirs.Length)
            return (-1, "");
        int block = same / 512 * 512;
        return (same, $"{ours[block..Math.Min(block + 512, ours.Length)].Latin1()} | {theirs[block..Math.Min(block + 512, theirs.Length)].Latin1()}");
    }

    private static async Task<byte[]> WriteWithAsync(Func<TarWriter, ValueTask> write)
    {
        MemoryStream output = new();
        await using TarWriter writer = new(output, leaveOpen: true);
        await write(writer);
        await writer.CompleteAsync(Ct);
        return output.ToArray();
    }

    private static string PythonLine((TarEntry Entry, byte[] Content) item)
    {
        TarEntry e = item.Entry;
        char type = e.Type switch
        {
            TarEntryType.File => '0',
            TarEntryType.HardLink => '1',
            TarEntryType.SymbolicLink => '2',
            TarEntryType.CharacterDevice => '3',
            TarEntryType.BlockDevice => '4',
            TarEntryType.Directory => '5',
            _ => '6',
        };
        string xattrs = string.Join(',', e.Xattrs.Select(x => $"{x.Key}={Convert.ToHexStringLower(x.Value.AsSpan())}"));
        string name = e.Path.Length == 0 ? "." : e.Path;
        return string.Join('|', name, type, Convert.ToString(e.Mode, 8), e.Uid, e.Gid, e.SizeBytes, e.ModifiedSeconds, e.LinkTarget, e.DeviceMajor, e.DeviceMinor, xattrs, item.Content.Sum(b => (int)b));
    }

    private static List<(TarEntry Entry, byte[] Content)> MakeEverything()
    {
        TarEntry file = Archive.File("x") with { ModifiedSeconds = 1_234_567_890, ModifiedNanoseconds = 999_999_999, Uid = 7, Gid = 8 };
        TarEntry directory = file with { Type = TarEntryType.Directory, Mode = 0x3ED };
        string hundred = new('n', 100);
        ImmutableSortedDictionary<string, ImmutableArray<byte>> xattrs = TarEntry.NoXattrs
            .Add("security.capability", [1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
            .Add("user.b", [.. "value = with\nlines"u8])
            .Add("user.a", [0xFF, 0, 0x80])
            .Add("user.é", [1]);
        TarEntry[] withoutContent =
        [
            directory with { Path = "" },
            directory with { Path = "etc" },
            file with { Path = "etc/empty" },
            file with { Type = TarEntryType.HardLink, Path = "etc/link", LinkTarget = "etc/empty" },
            file with { Type = TarEntryType.SymbolicLink, Path = "etc/sym", LinkTarget = "../../anywhere" },
            file with { Type = TarEntryType.CharacterDevice, Path = "dev/null", DeviceMajor = 1, DeviceMinor = 3 },
            file with { Type = TarEntryType.BlockDevice, Path = "dev/sda", DeviceMajor = 8, DeviceMinor = 1_048_575 },
            file with { Type = TarEntryType.Fifo, Path = "run/pipe" },
            file with { Path = hundred },
            directory with { Path = hundred[1..] },
            directory with { Path = hundred },
            file with { Path = hundred + "n" },
            file with { Path = $"{hundred}/{hundred}" },
            file with { Path = $"{hundred}/{hundred}x" },
            file with { Path = $"{hundred}/{hundred[50..]}/{hundred}" },
            file with { Path = $"{hundred}/{hundred[50..]}/abcd/{hundred}" },
            directory with { Path = $"{hundred[50..]}/{hundred[50..]}" },
            file with { Path = string.Join('/', Enumerable.Repeat("directory", 60)) },
            directory with { Path = $"{hundred[1..]}/d" },
            directory with { Path = string.Join('/', Enumerable.Repeat("d", 200)) },
            file with { Path = "grüße/naïve-файл" },
            directory with { Path = "папка" },
            file with { Path = "bad/\uDCFF\uDC80name" },
            file with { Type = TarEntryType.SymbolicLink, Path = "sym100", LinkTarget = hundred },
            file with { Type = TarEntryType.SymbolicLink, Path = "sym101", LinkTarget = "/" + hundred },
            file with { Type = TarEntryType.SymbolicLink, Path = "symé", LinkTarget = "é/\uDCAA" },
            file with { Type = TarEntryType.HardLink, Path = "long-link", LinkTarget = $"{hundred}/{hundred}" },
            file with { Path = "ids", Uid = 2_097_151, Gid = 2_097_151 },
            file with { Path = "big-uid", Uid = 2_097_152 },
            file with { Path = "big-gid", Gid = 4_294_967_294 },
            file with { Path = "before-1970", ModifiedSeconds = -1 },
            file with { Path = "far-future", ModifiedSeconds = 8_589_934_592 },
            file with { Path = "last-octal-time", ModifiedSeconds = 8_589_934_591 },
            file with { Path = "zero-time", ModifiedSeconds = 0 },
            file with { Path = "attributes", Xattrs = xattrs },
            directory with { Path = "attributes.d/é", Xattrs = xattrs, Uid = 3_000_000, Gid = 3_000_000, ModifiedSeconds = -5 },
        ];
        byte[] content = SampleBytes.Mixed(70_001);
        return
        [
            .. withoutContent.Select(e => (e with { ModifiedNanoseconds = 0 }, Array.Empty<byte>())),
            (file with { Path = "content", SizeBytes = content.Length }, content),
            (file with { Path = "é-content", SizeBytes = 512 }, content[..512]),
        ];
    }
}
