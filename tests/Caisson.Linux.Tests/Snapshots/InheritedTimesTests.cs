using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>Which files of a step's layer still have the time that they had, and that is another one in an image than on disk.</summary>
public sealed class InheritedTimesTests : IDisposable
{
    private const string Lower = "mkdir -p d/sub; echo f > f; echo g > d/g; echo own > own; ln -s f l; touch -h -d @1000 f d/g own l; touch -d @2000 d/sub d";

    private readonly TempDirectory _temp = new();

    public InheritedTimesTests() => Requires.Root();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("nothing", ":", new string[0])]
    [InlineData("a new file", "echo new > new", new string[0])]
    [InlineData("another owner", "chown 5 f d/g own", new[] { "d image", "d/g 77", "f image" })]
    [InlineData("another mode twice", "chmod 600 f; chmod 644 f", new[] { "f image" })]
    [InlineData("a link's owner", "chown -h 5 l", new[] { "l image" })]
    [InlineData("something new deep below", "echo new > d/sub/new", new[] { "d image" })]
    [InlineData("new content", "echo more >> f", new string[0])]
    [InlineData("a time that the step sets", "chmod 600 f; touch -d @1001 f", new string[0])]
    [InlineData("another kind", "rm f; mkdir f; touch -d @1000 f", new string[0])]
    [InlineData("removed", "rm -r f d", new string[0])]
    [InlineData("one more name before and behind", "mkdir 0; ln f 0/f; ln f z", new[] { "0/f image", "f image", "z image" })]
    [InlineData("one more name of a file that changed", "ln f 0; echo more >> 0", new string[0])]
    public async Task Only_what_the_step_left_alone_is_named(string what, string script, string[] expected)
    {
        Assert.NotEmpty(what);
        await Tool.ShellAsync(_temp.Make("lower"), Lower);
        Write("times", [("d", null), ("d/g", 77), ("d/sub", null), ("f", null), ("l", null)]);
        await Trees.OverlaidAsync(_temp, ["lower"], script);
        using TimedTree lower = Timed("lower", "times");
        using DirectoryTree upper = new(_temp["upper"], OverlayMarks.Trusted);
        bool any = new InheritedTimes(upper, new MergedTree([lower])).Write(_temp["inherited"]);
        Assert.Equal((expected.Length > 0, expected.Length > 0), (any, File.Exists(_temp["inherited"])));
        if (any)
        {
            using FileList list = FileList.Open(_temp["inherited"]);
            Assert.Equal(expected, list.Entries().Select(static e => $"{e.Path} {(e.Modified is { } time ? time.Seconds : "image")}"));
        }
    }

    [Fact]
    public async Task A_directory_with_other_times_shows_both()
    {
        await Tool.ShellAsync(_temp.Make("lower"), Lower);
        Write("times", [("d/g", 77), ("f", null)]);
        using TimedTree tree = Timed("lower", "times");
        Assert.Equal((null, new FileTime(1000, 0)), (tree.Find("f")!.Modified, tree.Find("f")!.TimeOnDisk));
        Assert.Equal((new FileTime(77, 0), new FileTime(1000, 0)), Times(Assert.Single(tree.Children("d"), static e => e.Path == "d/g")));
        Assert.Equal((new FileTime(1000, 0), new FileTime(1000, 0)), Times(tree.Find("own")!));
        Assert.Null(tree.Find("nothing"));
    }

    private static (FileTime? Carried, FileTime? OnDisk) Times(FileEntry entry) => (entry.Modified, entry.TimeOnDisk);

    [Fact]
    public async Task What_is_not_older_than_the_step_carries_no_time_of_its_own()
    {
        await Tool.ShellAsync(_temp.Make("lower"), Lower);
        Write("times", [("d/g", 77)]);
        using TimedTree tree = new(new DirectoryTree(_temp["lower"], OverlayMarks.Trusted), new FileListTree(FileList.Open(_temp["times"]), []), new FileTime(1000, 0));
        Assert.Equal((null, new FileTime(1000, 0)), Times(tree.Find("f")!));
        Assert.Equal((new FileTime(77, 0), new FileTime(1000, 0)), Times(tree.Find("d/g")!));
        using TimedTree later = new(new DirectoryTree(_temp["lower"], OverlayMarks.Trusted), times: null, new FileTime(1000, 1));
        Assert.Equal((new FileTime(1000, 0), new FileTime(1000, 0)), Times(later.Find("f")!));
    }

    private TimedTree Timed(string directory, string times) =>
        new(new DirectoryTree(_temp[directory], OverlayMarks.Trusted), new FileListTree(FileList.Open(_temp[times]), []), madeSince: null);

    private void Write(string name, (string Path, long? Seconds)[] times)
    {
        using FileListWriter writer = new(_temp[name]);
        foreach ((string path, long? seconds) in times)
            writer.Add(new FileEntry { Path = path, Kind = EntryKind.File, Modified = seconds is { } given ? new FileTime(given, 0) : null });
        writer.Complete();
    }
}
