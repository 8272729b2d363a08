using Caisson.Linux.Snapshots;

namespace Caisson.Linux.Tests.Snapshots;

public sealed class SquashedEntriesTests
{
    [Fact]
    public void What_a_later_layer_says_goes_over_what_an_earlier_one_said() =>
        Assert.Equal(["d/", "d/a 2", "d/b 1"], Squash([], [Folder("d"), File("d/a", 1), File("d/b", 1)], [Folder("d"), File("d/a", 2)]));

    [Fact]
    public void What_was_made_and_removed_again_is_none() =>
        Assert.Equal(["d/"], Squash([], [Folder("d"), File("d/a", 1), Folder("e"), File("e/f", 1)], [Folder("d"), Removal("d/a"), Removal("e")]));

    [Fact]
    public void What_stands_below_is_removed_also_when_it_was_changed_first() =>
        Assert.Equal(["a removed", "d removed"], Squash([File("a", 1), Folder("d"), File("d/b", 1)], [File("a", 2), Folder("d"), File("d/c", 2)], [Removal("a"), Removal("d")]));

    [Fact]
    public void A_directory_that_was_made_anew_does_not_show_what_it_held() => Assert.Equal(
        ["d/", "d/a removed", "d/b 3", "d/s/", "d/s/c removed", "d/s/x 3"],
        Squash([Folder("d"), File("d/a", 1), File("d/b", 1), Folder("d/s"), File("d/s/c", 1)], [Removal("d")], [Folder("d"), File("d/b", 3), Folder("d/s"), File("d/s/x", 3)]));

    [Fact]
    public void An_opaque_directory_hides_what_is_below_and_before() => Assert.Equal(
        ["d/", "d/a removed", "d/n 2"],
        Squash([Folder("d"), File("d/a", 1)], [Folder("d"), File("d/b", 1)], [Folder("d") with { IsOpaque = true }, File("d/n", 2)]));

    [Fact]
    public void A_file_in_the_place_of_a_directory_hides_it_and_a_directory_in_its_place_begins_empty()
    {
        FileEntry[] below = [Folder("d"), File("d/a", 1)];
        Assert.Equal(["d 2"], Squash(below, [File("d", 2)]));
        Assert.Equal(["d/", "d/a removed"], Squash(below, [File("d", 2)], [Folder("d")]));
        Assert.Equal(["d/", "d/b 3"], Squash([], [File("d", 2)], [Folder("d"), File("d/b", 3)]));
    }

    [Fact]
    public void A_name_of_a_file_whose_first_name_went_holds_the_file()
    {
        FileEntry[] names = [File("a", 1) with { LinkGroup = "g" }, File("b", 1) with { LinkGroup = "g" }, File("c", 1) with { LinkGroup = "g" }];
        Assert.Equal(["a 1", "b -> a", "c -> a"], Squash([], names));
        Assert.Equal(["b 1", "c -> b"], Squash([], names, [Removal("a")]));
    }

    [Fact]
    public void A_directory_that_is_only_passed_through_is_the_one_below()
    {
        SquashedEntries squashed = new(new Below([Folder("d") with { Mode = 0x1C0 }]));
        squashed.Add([Folder("d") with { IsImplied = true }, File("d/a", 1)]);
        Assert.Equal(0x1C0, squashed.InOrder().First().Mode);
    }

    private static string[] Squash(FileEntry[] below, params FileEntry[][] layers)
    {
        SquashedEntries squashed = new(new Below(below));
        foreach (FileEntry[] layer in layers)
            squashed.Add(layer);
        return [.. squashed.InOrder().Select(Show)];
    }

    private static string Show(FileEntry entry) => entry.Kind switch
    {
        EntryKind.Directory => entry.Path + "/",
        EntryKind.Whiteout => entry.Path + " removed",
        EntryKind.HardLink => $"{entry.Path} -> {entry.LinkTarget}",
        _ => $"{entry.Path} {entry.SizeBytes}",
    };

    private static FileEntry File(string path, int size) => new() { Path = path, Kind = EntryKind.File, Mode = 0x1A4, SizeBytes = size };

    private static FileEntry Folder(string path) => new() { Path = path, Kind = EntryKind.Directory, Mode = 0x1ED };

    private static FileEntry Removal(string path) => new() { Path = path, Kind = EntryKind.Whiteout };

    private sealed class Below(FileEntry[] entries) : IFileTree
    {
        public bool CanChange => false;

        public FileEntry? Find(string path) => entries.FirstOrDefault(e => e.Path == path);

        public IEnumerable<FileEntry> Children(string directory) => entries.Where(e => EntryPath.Parent(e.Path) == directory && e.Path.Length > 0);

        public Microsoft.Win32.SafeHandles.SafeFileHandle Open(string path) => throw new NotSupportedException();
    }
}
