using System.Collections.Immutable;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Linux.Tests.Testing;
using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>The directory of a layer that was a list so far.</summary>
public sealed class LayerMaterializerTests : IAsyncLifetime
{
    private readonly TempDirectory _temp = new();
    private DirectoryTree _source = null!; // opened before each test

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Requires.Root();
        await Tool.ShellAsync(_temp.Make("source"), """
            mkdir -p d/sub; echo a > d/a; chmod 4755 d/a; ln d/a d/hard; ln -s ../out d/link; mkfifo d/pipe; chown 5:6 d/sub; chmod 2770 d/sub; echo s > d/sub/s
            truncate -s 4M d/sparse; printf x >> d/sparse; touch -d @1000 d/a d/sub/s
            """);
        _source = new DirectoryTree(_temp["source"], OverlayMarks.Trusted);
    }

    public ValueTask DisposeAsync()
    {
        _source?.Dispose();
        _temp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_list_of_a_tree_makes_that_tree_at_another_place(bool canChange)
    {
        await WriteAsync(canChange, From(("d", "there/d")));
        string[] expected = [.. (await Trees.FoundAsync(_temp["source"])).Select(static l => l.Replace(" d", " there/d", StringComparison.Ordinal))];
        Assert.Equal(expected, (await Trees.FoundAsync(_temp["layer"])).Where(static l => !l.EndsWith(" there", StringComparison.Ordinal)));
        Assert.Equal("2\n1000\n1000\n", await Tool.ShellAsync(_temp["layer"], "stat -c %h there/d/a; stat -c %Y there/d/a there/d/sub/s"));
        Assert.Equal("holes\n", await Tool.ShellAsync(_temp["layer"], "test $(stat -c %b there/d/sparse) -lt 1024 && echo holes"));
    }

    [Fact]
    public async Task Files_come_each_from_its_own_root()
    {
        await Tool.ShellAsync(_temp.Make("other"), "echo other > f");
        using DirectoryTree other = new(_temp["other"], OverlayMarks.Trusted);
        FileEntry[] entries = [_source.Find("d/a")! with { Path = "x", Origin = 1, LinkGroup = null }, other.Find("f")! with { Path = "y", Origin = 2 }]; // both were made
        using FileList list = List(entries);
        ImmutableArray<ContentRoot> roots = [new(Seen(_source, canChange: false), "d/a", "x"), new(Seen(other, canChange: false), "f", "y")];
        await LayerMaterializer.WriteAsync(list, roots, _temp.Make("layer"), OverlayMarks.Trusted, Ct);
        Assert.Equal("a\nother\n", await Tool.ShellAsync(_temp["layer"], "cat x y"));
    }

    [Fact]
    public async Task What_comes_from_nowhere_is_made()
    {
        using FileList list = List(
            new FileEntry { Path = "d", Kind = EntryKind.Directory, Mode = 0x1C0, Uid = 3 },
            new FileEntry { Path = "d/gone", Kind = EntryKind.Whiteout },
            new FileEntry { Path = "l", Kind = EntryKind.SymbolicLink, LinkTarget = "d" },
            new FileEntry { Path = "o", Kind = EntryKind.Directory, Mode = 0x1ED, IsOpaque = true });
        await LayerMaterializer.WriteAsync(list, [], _temp.Make("layer"), OverlayMarks.Trusted, Ct);
        using DirectoryTree layer = new(_temp["layer"], OverlayMarks.Trusted);
        Assert.Equal(["d 0700 3:0 d", "d 0755 0:0 o opaque", "gone d/gone", "l 0:0 l -> d"], Trees.Shown(layer));
    }

    // The user writes to the build context while the build reads it.
    [Theory]
    [InlineData("echo b > d/a")]
    [InlineData("echo longer > d/a")]
    [InlineData("printf '' > d/a")]
    public async Task A_file_of_a_tree_that_can_change_is_refused_when_it_did(string change)
    {
        ImmutableArray<ContentRoot> roots = Roots(canChange: true, ("d", "d"));
        using FileList list = List([.. From(("d", "d"))]);
        await Tool.ShellAsync(_temp["source"], change);
        ContentChangedException failure = await Assert.ThrowsAsync<ContentChangedException>(() => LayerMaterializer.WriteAsync(list, roots, _temp.Make("layer"), OverlayMarks.Trusted, Ct));
        Assert.Equal("d/a", failure.Path);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_an_error()
    {
        using FileList list = List([.. From(("d", "d"))]);
        await Tool.ShellAsync(_temp["source"], "rm d/a d/hard");
        SystemCallException failure = await Assert.ThrowsAsync<SystemCallException>(
            () => LayerMaterializer.WriteAsync(list, Roots(canChange: true, ("d", "d")), _temp.Make("layer"), OverlayMarks.Trusted, Ct));
        Assert.Equal(Errno.ENOENT, failure.ErrorNumber);
    }

    [Fact]
    public async Task A_list_that_does_not_say_where_the_bytes_are_is_refused()
    {
        using FileList list = List(new FileEntry { Path = "f", Kind = EntryKind.File, SizeBytes = 1 });
        await Assert.ThrowsAsync<InvalidDataException>(() => LayerMaterializer.WriteAsync(list, [], _temp.Make("layer"), OverlayMarks.Trusted, Ct));
    }

    [Fact]
    public async Task Nothing_is_written_when_it_is_given_up()
    {
        using CancellationTokenSource stopped = new();
        await stopped.CancelAsync();
        using FileList list = List([.. From(("d", "d"))]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => LayerMaterializer.WriteAsync(list, Roots(canChange: false, ("d", "d")), _temp.Make("layer"), OverlayMarks.Trusted, stopped.Token));
        Assert.Empty(Directory.GetFileSystemEntries(_temp["layer"]));
    }

    private async Task WriteAsync(bool canChange, IEnumerable<FileEntry> entries)
    {
        using FileList list = List([.. entries]);
        await LayerMaterializer.WriteAsync(list, Roots(canChange, ("d", "there/d")), _temp.Make("layer"), OverlayMarks.Trusted, Ct);
    }

    // A copy of a tree, as a step asks for it: further names of one file are links to its first.
    private List<FileEntry> From((string Source, string Target) copy)
    {
        Dictionary<string, string> first = [];
        List<FileEntry> entries = [];
        foreach (FileEntry entry in Trees.Entries(_source.Children, copy.Source).Prepend(_source.Find(copy.Source)!)) // made before each test
        {
            string path = copy.Target + entry.Path[copy.Source.Length..];
            FileEntry moved = entry with { Path = path, Origin = 1, Modified = null, Content = entry.Kind == EntryKind.File ? HashOf(entry.Path) : null };
            entries.Add(entry.LinkGroup is not { } group || first.TryAdd(group, path) ? moved : moved with { Kind = EntryKind.HardLink, LinkTarget = first[group], SizeBytes = 0, Content = null });
        }
        return entries;
    }

    private Digest HashOf(string path)
    {
        using FileStream file = new(_source.Open(path), FileAccess.Read);
        return Digest.FromSha256(System.Security.Cryptography.SHA256.HashData(file));
    }

    private ImmutableArray<ContentRoot> Roots(bool canChange, (string Source, string Target) copy) => [new(Seen(_source, canChange), copy.Source, copy.Target)];

    private FileList List(params ReadOnlySpan<FileEntry> entries)
    {
        using FileListWriter writer = new(_temp["list"]);
        foreach (FileEntry entry in entries)
            writer.Add(entry);
        writer.Complete();
        return FileList.Open(_temp["list"]);
    }

    private static SeenTree Seen(DirectoryTree tree, bool canChange) => new(tree, canChange);

    private sealed class SeenTree(DirectoryTree tree, bool canChange) : IFileTree
    {
        public bool CanChange => canChange;

        public FileEntry? Find(string path) => tree.Find(path);

        public IEnumerable<FileEntry> Children(string directory) => tree.Children(directory);

        public SafeFileHandle Open(string path) => tree.Open(path);
    }
}
