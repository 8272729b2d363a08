using System.Collections.Immutable;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Linux.Tests.Testing;
using Caisson.Oci.Model;

namespace Caisson.Linux.Tests.Snapshots;

public sealed class FileListTests : IDisposable
{
    private static readonly FileEntry File = new()
    {
        Path = "f",
        Kind = EntryKind.File,
        Mode = 0x9ED, // 4755
        Uid = 1,
        Gid = 2,
        SizeBytes = 3,
        Modified = new FileTime(4, 5),
        Content = Digest.OfBytes("x"u8),
    };

    private readonly TempDirectory _temp = new();
    private int _lists;

    public static TheoryData<string, FileEntry> Kinds => new()
    {
        { "everything of a file", File with { Xattrs = FileEntry.NoXattrs.Add("security.capability", [1, 0, 255]).Add("user.empty", []), Origin = 7 } },
        { "a file of 2^40 bytes", File with { SizeBytes = 1L << 40 } },
        { "the highest owner", File with { Uid = uint.MaxValue, Gid = uint.MaxValue - 1 } },
        { "a time before 1970", File with { Modified = new FileTime(-123456789, 999_999_999) } },
        { "no time", File with { Modified = null } },
        { "no content", File with { Content = null } },
        { "a directory", new FileEntry { Path = "d", Kind = EntryKind.Directory, Mode = 0x3FF } },
        { "an opaque directory", new FileEntry { Path = "d", Kind = EntryKind.Directory, Mode = 0x1ED, IsOpaque = true } },
        { "an implied directory", new FileEntry { Path = "d", Kind = EntryKind.Directory, Mode = 0x1ED, IsImplied = true } },
        { "a symbolic link", new FileEntry { Path = "l", Kind = EntryKind.SymbolicLink, LinkTarget = "../\uDC80\uDCFF/é" } },
        { "a hard link", new FileEntry { Path = "h", Kind = EntryKind.HardLink, LinkTarget = "a/b" } },
        { "a character device", new FileEntry { Path = "c", Kind = EntryKind.CharacterDevice, DeviceMajor = 0xFFF, DeviceMinor = 0xFFFFF } },
        { "a block device", new FileEntry { Path = "b", Kind = EntryKind.BlockDevice, DeviceMajor = 8, DeviceMinor = 1 } },
        { "a pipe", new FileEntry { Path = "p", Kind = EntryKind.Fifo, Mode = 0x1B6 } },
        { "a removal", new FileEntry { Path = "gone", Kind = EntryKind.Whiteout } },
        { "names that are no UTF-8", File with { Path = "\uDC80/\uDCFE" } },
    };

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Entries_come_back_as_they_were(string what, FileEntry entry)
    {
        using FileList list = Write(entry);
        FileEntry back = Assert.Single(list.Entries());
        Assert.True(entry.Xattrs.SequenceEqual(back.Xattrs, AttributeComparer.Instance), what);
        Assert.Equal(entry, back with { Xattrs = entry.Xattrs });
    }

    [Fact]
    public void Entries_are_found_in_whatever_order_they_are_asked_for()
    {
        string[] paths = [.. Enumerable.Range(0, 100).Select(static i => $"d{i / 10}/f{i % 10}")];
        using FileList list = Write([.. paths.Select(static p => File with { Path = p })]);
        Assert.Equal(paths, paths.Select(p => list.Find(p)?.Path));
        Assert.Equal(paths.Reverse(), paths.Reverse().Select(p => list.Find(p)?.Path));
        foreach (string path in paths)
        {
            Assert.Null(list.Find(path + "x"));
            Assert.Equal(path, list.Find(path)?.Path);
            Assert.Equal(paths[0], list.Find(paths[0])?.Path);
        }
    }

    [Fact]
    public void What_files_of_several_names_have_in_common_is_known_by_the_first_name()
    {
        using FileList list = Write(File with { LinkGroup = "8:1234" });
        Assert.Equal("f", list.Find("f")?.LinkGroup);
    }

    [Fact]
    public void A_list_of_nothing_is_a_list()
    {
        using FileList list = Write();
        Assert.Equal(0, list.Count);
        Assert.Empty(list.Entries());
        Assert.Empty(list.Children(""));
        Assert.Null(list.Find("a"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5000)]
    public void Every_entry_is_found_and_no_other(int count)
    {
        string[] paths = [.. Enumerable.Range(0, count).Select(static i => $"d{i / 100:00}/f{i:0000}").Order(EntryPath.Order)];
        using FileList list = Write([.. paths.Select(static p => File with { Path = p })]);
        Assert.Equal(paths, list.Entries().Select(static e => e.Path));
        Assert.All(paths, p => Assert.Equal(p, list.Find(p)?.Path));
        Assert.All(paths, p => Assert.Null(list.Find(p + "!")));
        Assert.Null(list.Find(""));
        Assert.Null(list.Find("\uFFFF"));
    }

    [Fact]
    public void An_entry_larger_than_the_buffer_comes_back_among_small_ones()
    {
        ImmutableArray<byte> large = [.. Enumerable.Repeat((byte)7, 200_000)];
        using FileList list = Write(File with { Path = "a" }, File with { Path = "b", Xattrs = FileEntry.NoXattrs.Add("user.large", large) }, File with { Path = "c" });
        Assert.Equal([0, 200_000, 0], list.Entries().Select(static e => e.Xattrs.Values.Sum(static v => v.Length)));
    }

    [Theory]
    [InlineData("", new[] { "a", "a.b", "b", "c" })]
    [InlineData("a", new[] { "a/x", "a/y", "a/\uFFFF", "a/\uFFFFz" })]
    [InlineData("a/x", new[] { "a/x/1" })]
    [InlineData("a/\uFFFF", new[] { "a/\uFFFF/2" })]
    [InlineData("a.b", new string[0])]
    [InlineData("missing", new string[0])]
    [InlineData("x", new string[0])]
    public void Of_a_directory_the_children_are_listed_and_not_what_is_below_them(string directory, string[] children)
    {
        FileEntry[] entries =
        [
            Directory("a"), Directory("a/x"), File with { Path = "a/x/1" }, File with { Path = "a/y" }, Directory("a/\uFFFF"), File with { Path = "a/\uFFFF/2" },
            File with { Path = "a/\uFFFFz" }, File with { Path = "a.b" }, Directory("b"), File with { Path = "b/3" }, File with { Path = "c" },
        ];
        using FileList list = Write(entries);
        Assert.Equal(children, list.Children(directory).Select(static e => e.Path));
    }

    [Theory]
    [InlineData("b", "a")]
    [InlineData("a", "a")]
    [InlineData("a/b", "a")]
    [InlineData("a.b", "a/b")]
    public void Entries_out_of_order_are_refused(string first, string second)
    {
        using FileListWriter writer = new(_temp["list"]);
        writer.Add(File with { Path = first });
        Assert.Throws<ArgumentException>(() => writer.Add(File with { Path = second }));
    }

    [Fact]
    public void A_list_is_not_written_over_another_file()
    {
        System.IO.File.WriteAllText(_temp["list"], "x");
        Assert.Throws<IOException>(() => new FileListWriter(_temp["list"]));
        Assert.Equal("x", System.IO.File.ReadAllText(_temp["list"]));
    }

    public static TheoryData<string, FileEntry> Changes => new()
    {
        { "path", File with { Path = "g" } },
        { "kind", File with { Kind = EntryKind.Fifo } },
        { "mode", File with { Mode = 0x1ED } },
        { "owner", File with { Uid = 9 } },
        { "group", File with { Gid = 9 } },
        { "size", File with { SizeBytes = 9 } },
        { "content", File with { Content = Digest.OfBytes("y"u8) } },
        { "seconds", File with { Modified = new FileTime(4, 6) } },
        { "nanoseconds", File with { Modified = new FileTime(5, 5) } },
        { "whether there is a time at all: without one it is that of the image", File with { Modified = null } },
        { "attributes", File with { Xattrs = FileEntry.NoXattrs.Add("user.a", []) } },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Everything_that_an_entry_is_changes_the_identity(string what, FileEntry changed) => Assert.True(IdentityOf(File) != IdentityOf(changed), what);

    [Fact]
    public void Marks_of_directories_change_the_identity() =>
        Assert.Equal(3, new[] { IdentityOf(Directory("d")), IdentityOf(Directory("d") with { IsOpaque = true }), IdentityOf(Directory("d") with { IsImplied = true }) }.Distinct().Count());

    [Fact]
    public void Where_the_bytes_come_from_changes_nothing() =>
        Assert.Equal(IdentityOf(File), IdentityOf(File with { Origin = 3, LinkGroup = "8:1234" }));

    [Fact]
    public void A_boundary_between_entries_cannot_be_moved() =>
        Assert.NotEqual(IdentityOf(File with { Path = "a" }, File with { Path = "bc" }), IdentityOf(File with { Path = "ab" }, File with { Path = "c" }));

    [Fact]
    public void The_identity_is_read_back()
    {
        Digest written = IdentityOf(File);
        using FileList list = Write(File);
        Assert.Equal(written, list.Identity);
    }

    [Fact]
    public void A_list_that_was_cut_short_is_refused_wherever_it_was_cut()
    {
        using (Write(File, File with { Path = "g" }))
        {
        }
        byte[] whole = System.IO.File.ReadAllBytes(_temp["list-1"]);
        for (int length = 0; length < whole.Length; length++)
        {
            System.IO.File.WriteAllBytes(_temp["cut"], whole[..length]);
            Assert.Throws<InvalidDataException>(() => FileList.Open(_temp["cut"]).Dispose());
        }
    }

    [Fact]
    public void A_list_with_any_damaged_byte_is_read_or_refused_but_never_trips_the_reader()
    {
        using (Write(File with { Xattrs = FileEntry.NoXattrs.Add("user.a", [1]) }, File with { Path = "g", LinkTarget = null }))
        {
        }
        byte[] whole = System.IO.File.ReadAllBytes(_temp["list-1"]);
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] damaged = [.. whole];
            damaged[i] ^= 0xFF;
            System.IO.File.WriteAllBytes(_temp["damaged"], damaged);
            try
            {
                using FileList list = FileList.Open(_temp["damaged"]);
                _ = list.Entries().Count() + list.Children("").Count();
            }
            catch (InvalidDataException)
            {
                // refused, as it may be
            }
        }
    }

    private static FileEntry Directory(string path) => new() { Path = path, Kind = EntryKind.Directory, Mode = 0x1ED };

    private Digest IdentityOf(params ReadOnlySpan<FileEntry> entries)
    {
        using FileList list = Write(entries);
        return list.Identity;
    }

    private FileList Write(params ReadOnlySpan<FileEntry> entries)
    {
        string path = _temp[$"list-{++_lists}"];
        using FileListWriter writer = new(path);
        foreach (FileEntry entry in entries)
            writer.Add(entry);
        writer.Complete();
        return FileList.Open(path);
    }

    private sealed class AttributeComparer : IEqualityComparer<KeyValuePair<string, ImmutableArray<byte>>>
    {
        public static AttributeComparer Instance { get; } = new();

        public bool Equals(KeyValuePair<string, ImmutableArray<byte>> x, KeyValuePair<string, ImmutableArray<byte>> y) =>
            x.Key == y.Key && x.Value.AsSpan().SequenceEqual(y.Value.AsSpan());

        public int GetHashCode(KeyValuePair<string, ImmutableArray<byte>> pair) => pair.Key.GetHashCode(StringComparison.Ordinal);
    }
}
