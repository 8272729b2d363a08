using System.Formats.Tar;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Tests.Testing;
using static Caisson.Engine.Tests.Testing.Archives;

namespace Caisson.Engine.Tests.Steps;

/// <summary>What ADD makes of archives, case by case as Docker 28.5 does it.</summary>
public sealed class AddArchiveTests : IAsyncLifetime
{
    private CopyBench _bench = null!; // made before each test

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await CopyBench.OpenAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData("a.tar")]
    [InlineData("picture.png")]
    public async Task An_archive_is_told_by_its_content_and_unpacked(string name)
    {
        await ArchiveAsync(name, Directory("bin", 0x1C0, 3, 4), File("bin/x", "X", 0x9ED, 3, 4), Link("bin/l", "x", 3, 4), File("y", "Y", 0x180, 5, 6));
        Assert.Equal(
            ["d 0755 0:0 new", "d 0700 3:4 new/bin", "l 3:4 new/bin/l -> x", "f 4755 3:4 new/bin/x \"X\"", "f 0600 5:6 new/y \"Y\""],
            await _bench.CopyAsync($"ADD {name} /new"));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("xz")]
    [InlineData("zstd")]
    public async Task An_archive_may_be_compressed(string tool)
    {
        Tool.Require(tool);
        await ArchiveAsync("plain", File("x", "X", 0x1A4, 3, 4));
        await Tool.RunAsync("sh", "-c", $"{tool} -c < '{_bench.Context["plain"]}' > '{_bench.Context["packed"]}'");
        Assert.Equal(["d 0755 0:0 new", "f 0644 3:4 new/x \"X\""], await _bench.CopyAsync("ADD packed /new"));
    }

    [Fact]
    public async Task Copy_does_not_unpack_and_add_need_not()
    {
        await ArchiveAsync("a.tar", File("x", "X"));
        Assert.Contains("new/a.tar", (await _bench.CopyAsync("COPY a.tar /new/"))[^1], StringComparison.Ordinal);
        Assert.Contains("new/a.tar", (await _bench.CopyAsync("ADD --unpack=false a.tar /new/"))[^1], StringComparison.Ordinal);
        Assert.Equal("f 0644 0:0 new/x \"X\"", (await _bench.CopyAsync("ADD --unpack=true a.tar /new/"))[^1]);
    }

    [Fact]
    public async Task What_is_no_archive_is_copied()
    {
        byte[] tar = await Bases.ArchiveAsync(File("x", "X"));
        _bench.Context.File("empty").Bytes("zeros.tar", new byte[10240]).Bytes("short.tar", tar[..300]).Bytes("half.gz", [0x1F, 0x8B, 8, 0, 0]).File("text.tar", "no tar");
        _bench.Context.Bytes("wrong.tar", [.. tar[..100], .. "1234567"u8, .. tar[107..]]);
        string[] names = [.. (await _bench.CopyAsync("ADD empty zeros.tar short.tar half.gz text.tar wrong.tar /new/")).Skip(1).Select(static l => l.Split(' ')[3])];
        Assert.Equal(["new/empty", "new/half.gz", "new/short.tar", "new/text.tar", "new/wrong.tar", "new/zeros.tar"], names);
    }

    [Fact]
    public async Task A_directory_is_copied_with_the_archives_in_it()
    {
        await ArchiveAsync("dir/a.tar", File("x", "X"));
        Assert.Contains("new/a.tar", (await _bench.CopyAsync("ADD dir /new/"))[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_to_an_archive_is_followed()
    {
        await ArchiveAsync("a.tar", File("x", "X"));
        _bench.Context.Link("link", "a.tar");
        Assert.Equal("f 0644 0:0 new/x \"X\"", (await _bench.CopyAsync("ADD link /new/"))[^1]);
    }

    [Fact]
    public async Task Chown_goes_over_all_that_the_archive_names_and_chmod_and_exclude_over_nothing()
    {
        await ArchiveAsync("a.tar", File("sub/x", "X", 0x1A4, 3, 4), Directory("dir", 0x1C0, 3, 4));
        Assert.Equal(
            ["d 0755 7:8 a", "d 0755 7:8 a/new", "d 0700 7:8 a/new/dir", "d 0755 0:0 a/new/sub", "f 0644 7:8 a/new/sub/x \"X\""],
            await _bench.CopyAsync("ADD --chown=7:8 --chmod=777 --exclude=dir --exclude=**/x a.tar /a/new"));
    }

    [Fact]
    public async Task The_archives_own_root_says_nothing_of_the_destination()
    {
        await ArchiveAsync("a.tar", Directory("", 0x1C0, 3, 4), File("x", "X"));
        Assert.Equal("d 0755 0:0 new", (await _bench.CopyAsync("ADD a.tar /new"))[0]);
    }

    [Fact]
    public async Task Directories_merge_and_take_the_attributes_of_the_archive()
    {
        await ArchiveAsync("a.tar", Directory("d", 0x1C0, 3, 4), File("d/new", "N"), File("implied/new", "N"));
        _bench.Before.Directory("d").File("d/old", "O").Directory("implied", mode: 0x1E8).File("implied/old", "O");
        Assert.Equal(
            ["d 0700 3:4 d", "f 0644 0:0 d/new \"N\"", "f 0644 0:0 d/old \"O\"", "d 0750 0:0 implied", "f 0644 0:0 implied/new \"N\"", "f 0644 0:0 implied/old \"O\""],
            await _bench.CopyAsync("ADD a.tar /"));
    }

    [Fact]
    public async Task Entries_replace_whatever_stands_there()
    {
        await ArchiveAsync("a.tar", File("dir", "now a file"), Directory("file"), File("file/in", "in"), Directory("link"), File("link/in", "in"));
        _bench.Before.File("dir/old", "O").File("file", "F").Directory("real").Link("link", "real");
        Assert.Equal(
            ["f 0644 0:0 dir \"now a file\"", "d 0755 0:0 file", "f 0644 0:0 file/in \"in\"", "d 0755 0:0 link", "f 0644 0:0 link/in \"in\"", "d 0755 0:0 real"],
            await _bench.CopyAsync("ADD a.tar /"));
    }

    [Fact]
    public async Task A_link_that_is_there_is_followed_where_the_archive_only_passes_through()
    {
        await ArchiveAsync("a.tar", File("lib/foo.so", "F"), HardLink("zz", "lib/foo.so"), File("gone/x", "X"));
        _bench.Before.Directory("usr/lib").Link("lib", "/usr/lib").Link("gone", "nowhere");
        Assert.Equal(
            ["l 0:0 gone -> nowhere", "l 0:0 lib -> /usr/lib", "d 0755 0:0 nowhere", "f 0644 0:0 nowhere/x \"X\"", "d 0755 0:0 usr", "d 0755 0:0 usr/lib", "f 0644 0:0 usr/lib/foo.so \"F\"", "h zz => usr/lib/foo.so"],
            await _bench.CopyAsync("ADD a.tar /"));
    }

    // The destination is the root of all, as in a chroot.
    [Fact]
    public async Task A_link_that_is_there_leads_nowhere_out_of_the_destination()
    {
        await ArchiveAsync("a.tar", File("out/x", "X"));
        _bench.Before.Directory("etc").Link("app/out", "../../../etc").Directory("app/etc");
        Assert.Equal("f 0644 0:0 app/etc/x \"X\"", (await _bench.CopyAsync("ADD a.tar /app"))[2]);
    }

    [Fact]
    public async Task Links_of_the_archive_lead_within_it()
    {
        await ArchiveAsync("a.tar", Link("l", "/real"), Directory("real"), File("l/x", "X"), Link("up", "../../.."), File("up/y", "Y"));
        Assert.Equal(
            ["d 0755 0:0 q", "l 0:0 q/l -> /real", "d 0755 0:0 q/real", "f 0644 0:0 q/real/x \"X\"", "l 0:0 q/up -> ../../..", "f 0644 0:0 q/y \"Y\""],
            await _bench.CopyAsync("ADD a.tar /q"));
    }

    [Fact]
    public async Task Hard_links_are_names_of_one_file()
    {
        await ArchiveAsync("a.tar", File("b", "one", 0x1A4, 3, 4), HardLink("a", "b"), File("b", "two"));
        Assert.Equal(["d 0755 0:0 new", "f 0644 3:4 new/a \"one\"", "f 0644 0:0 new/b \"two\""], await _bench.CopyAsync("ADD a.tar /new"));
    }

    [Fact]
    public async Task Names_of_whiteouts_are_names_of_files()
    {
        await ArchiveAsync("a.tar", File(".wh.x", "W"), File("d/.wh..wh..opq"));
        _bench.Before.File("x", "X").File("d/y", "Y");
        string[] files = await _bench.CopyAsync("ADD a.tar /");
        Assert.Contains("f 0644 0:0 x \"X\"", files);
        Assert.Contains("f 0644 0:0 d/y \"Y\"", files);
        Assert.Contains("f 0644 0:0 .wh.x \"W\"", files);
    }

    [Fact]
    public async Task Devices_are_kept_and_one_that_would_hide_a_file_is_not()
    {
        await ArchiveAsync("a.tar", Device("null", 1, 3), Device("x", 0, 0));
        _bench.Before.File("x", "X");
        Assert.Equal(["? CharacterDevice null", "f 0644 0:0 x \"X\""], await _bench.CopyAsync("ADD a.tar /"));
    }

    [Fact]
    public async Task Times_and_attributes_are_those_of_the_archive()
    {
        await ArchiveAsync("a.tar", Directory("d").At(1_000_000_000), File("d/x", "X").At(1_100_000_000).WithXattr("user.note", 1, 2));
        Built built = await _bench.BuildAsync("ADD a.tar /new");
        Assert.Equal(
            ["d 0755 0:0 new @0", "d 0755 0:0 new/d @1000000000", "f 0644 0:0 new/d/x \"X\" @1100000000"],
            await Layers.OfAsync(built.Image.Layers[^1], withTimes: true));
    }

    [Fact]
    public async Task Sources_are_laid_one_over_the_other()
    {
        await ArchiveAsync("one.tar", Directory("d", 0x1C0), File("d/x", "1"), File("f", "1"), Link("l", "d"));
        await ArchiveAsync("two.tar", File("d", "2"), File("f", "2"), File("l/y", "2"));
        _bench.Context.File("three/f", "3").HardLink("three/g", "three/f");
        Diagnostic finding = await _bench.FailAsync("ADD one.tar two.tar /new/"); // "l" leads to "d", which two.tar makes a file
        Assert.Equal(EngineCodes.NotADirectory, finding.Code);
        await ArchiveAsync("two.tar", File("f", "2"), File("l/y", "2"));
        Assert.Equal(
            ["d 0755 0:0 new", "d 0700 0:0 new/d", "f 0644 0:0 new/d/x \"1\"", "f 0644 0:0 new/d/y \"2\"", "f 0644 0:0 new/f \"3\"", "h new/g => new/f", "l 0:0 new/l -> d"],
            await _bench.CopyAsync("ADD one.tar two.tar three /new/"));
    }

    [Fact]
    public async Task A_linked_archive_is_laid_over_the_destination_without_a_look_at_it()
    {
        await ArchiveAsync("a.tar", File("lib/x", "X"));
        _bench.Before.Directory("usr/lib").Link("lib", "usr/lib");
        Assert.Contains("f 0644 0:0 lib/x \"X\"", await _bench.CopyAsync("ADD --link a.tar /"));
    }

    [Fact]
    public async Task A_file_where_the_destination_should_be_is_told()
    {
        await ArchiveAsync("a.tar", File("x", "X"));
        _bench.Before.File("f");
        Assert.Equal(EngineCodes.NotADirectory, (await _bench.FailAsync("ADD a.tar /f")).Code);
    }

    [Fact]
    public async Task An_archive_is_known_by_its_content_whatever_its_name()
    {
        await ArchiveAsync("a.tar", File("x", "X"));
        await _bench.BuildAsync("ADD a.tar /new");
        System.IO.File.Move(_bench.Context["a.tar"], _bench.Context["b.tar"]);
        await _bench.ReopenAsync();
        Assert.Contains("ADD b.tar /new cached", (await _bench.BuildAsync("ADD b.tar /new")).Steps);
        Assert.Contains("ADD --unpack=false b.tar /new done", (await _bench.BuildAsync("ADD --unpack=false b.tar /new")).Steps);
        await ArchiveAsync("b.tar", File("x", "Y"));
        await _bench.ReopenAsync();
        Assert.Contains("ADD b.tar /new done", (await _bench.BuildAsync("ADD b.tar /new")).Steps);
    }

    [Fact]
    public async Task Inside_and_absolute_paths_are_worked_out()
    {
        _bench.Context.Bytes("a.tar", Hostile(Stranger("a/../b"), Stranger("/etc/c"), Stranger("/../d")));
        Assert.Equal(["d 0755 0:0 q", "f 0644 0:0 q/b \"\"", "f 0644 0:0 q/d \"\"", "d 0755 0:0 q/etc", "f 0644 0:0 q/etc/c \"\""], await _bench.CopyAsync("ADD a.tar /q"));
    }

    [Theory]
    [InlineData("../evil", null, "the path contains \"..\"")]
    [InlineData("a/../../evil", null, "the path contains \"..\"")]
    [InlineData("x", "../../etc/passwd", "the hard link's target contains \"..\"")]
    public async Task An_archive_that_wants_out_is_refused_by_name_and_place(string path, string? hardLink, string reason)
    {
        _bench.Context.Bytes("evil.tar", Hostile(hardLink is null ? Stranger(path) : new PaxTarEntry(TarEntryType.HardLink, path) { LinkName = hardLink }));
        Diagnostic finding = await _bench.FailAsync("ADD evil.tar /");
        Assert.Equal(EngineCodes.UnsafeArchive, finding.Code);
        Assert.StartsWith("the archive \"evil.tar\" would leave its place: ", finding.Message, StringComparison.Ordinal);
        Assert.Contains(reason, finding.Message, StringComparison.Ordinal);
        Assert.Equal((3, 5), (finding.Where?.Line, finding.Where?.Column));
    }

    [Fact]
    public async Task A_hard_link_to_nothing_in_the_archive_is_refused()
    {
        _bench.Context.Bytes("a.tar", Hostile(new PaxTarEntry(TarEntryType.HardLink, "x") { LinkName = "missing" }));
        Diagnostic finding = await _bench.FailAsync("ADD a.tar /");
        Assert.Equal(EngineCodes.BrokenArchive, finding.Code);
        Assert.Contains("the hard link \"x\" points to \"missing\"", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_that_ends_early_is_refused_and_what_follows_its_end_is_not_looked_at()
    {
        byte[] tar = await Bases.ArchiveAsync(File("x", new string('x', 5000)), File("y", "Y"));
        _bench.Context.Bytes("cut.tar", tar[..2000]).Bytes("more.tar", [.. tar, .. "garbage"u8]);
        Diagnostic finding = await _bench.FailAsync("ADD more.tar cut.tar /");
        Assert.Equal((EngineCodes.BrokenArchive, 3, 14), (finding.Code, finding.Where?.Line, finding.Where?.Column));
        Assert.Contains("tar entry \"x\" at offset 0: the archive ends inside the entry", finding.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await _bench.CopyAsync("ADD more.tar /")).Length);
    }

    private async Task ArchiveAsync(string name, params (Oci.Tar.TarEntry Entry, string Content)[] entries)
    {
        byte[] tar = await Bases.ArchiveAsync(entries);
        _bench.Context.File(name);
        await System.IO.File.WriteAllBytesAsync(_bench.Context[name], tar, Ct);
    }

    private static PaxTarEntry Stranger(string path) => new(TarEntryType.RegularFile, path) { Mode = (UnixFileMode)0x1A4 };
}
