using Caisson.Linux.Snapshots;
using Caisson.Linux.Tests.Testing;
using Caisson.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>What a step changed, read off what the kernel's overlay wrote.</summary>
public sealed class DirectoryDiffTests : IDisposable
{
    private const string Lower = """
        mkdir -p d/sub e x/y/z; echo a > d/a; echo b > d/b; echo s > d/sub/s; echo l > l; ln -s l sym; ln d/a d/hard; mkfifo pipe; echo deep > x/y/z/f
        touch -d @1000 d/a d/b d/sub/s l x/y/z/f; chmod 700 e; chown 3:4 e
        """;

    private readonly TempDirectory _temp = new();

    public DirectoryDiffTests() => Requires.Root();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("nothing", ":", new string[0])]
    [InlineData("reading", "cat d/a > /dev/null; ls -R > /dev/null", new string[0])]
    [InlineData("opening for writing", "true 3<> d/b", new string[0])]
    [InlineData("a directory that gets and loses a file", "touch d/t; rm d/t", new string[0])]
    [InlineData("the same mode", "chmod 644 d/b; chown 0:0 d/b", new string[0])]
    [InlineData("the same time", "touch -d @1000 d/b", new string[0])]
    [InlineData("new file", "printf '' > new", new[] { "f 0644 0:0 new 0 e3b0c442" })]
    [InlineData("new file in a directory names that as it is", "printf '' > e/new", new[] { "d 0700 3:4 e", "f 0644 0:0 e/new 0 e3b0c442" })]
    [InlineData("new file deep below", "printf '' > x/y/z/new", new[] { "d 0755 0:0 x", "d 0755 0:0 x/y", "d 0755 0:0 x/y/z", "f 0644 0:0 x/y/z/new 0 e3b0c442" })]
    [InlineData("mode of a file", "chmod 4711 l", new[] { "f 4711 0:0 l 2 e3b0c442" })]
    [InlineData("owner of a directory", "chown 5:6 d", new[] { "d 0755 5:6 d" })]
    [InlineData("owner of a link", "chown -h 5:6 sym", new[] { "l 5:6 sym -> l" })]
    [InlineData("another target", "ln -sfn d sym", new[] { "l 0:0 sym -> d" })]
    [InlineData("removed file", "rm d/b", new[] { "d 0755 0:0 d", "gone d/b" })]
    [InlineData("removed directory", "rm -r d", new[] { "gone d" })]
    [InlineData("removed pipe", "rm pipe", new[] { "gone pipe" })]
    [InlineData("file instead of a directory", "rm -r e; printf '' > e", new[] { "f 0644 0:0 e 0 e3b0c442" })]
    [InlineData("directory instead of a file", "rm l; mkdir l", new[] { "d 0755 0:0 l" })]
    [InlineData("a directory made again tells what it lost", "rm -r d; mkdir d; printf '' > d/n", new[] { "d 0755 0:0 d", "gone d/a", "gone d/b", "gone d/hard", "f 0644 0:0 d/n 0 e3b0c442", "gone d/sub" })]
    [InlineData("a directory made again with the same file below it", "cp -a d t; rm -r d; mv t d", new string[0])]
    [InlineData("made and removed", "mkdir t; touch t/x; rm -r t", new string[0])]
    [InlineData("two new names of one file", "printf '' > n1; ln n1 n2", new[] { "f 0644 0:0 n1 0 e3b0c442", "h n2 => n1" })]
    [InlineData("pipe", "mkfifo -m 600 p", new[] { "p 0600 0:0 p" })]
    [InlineData("device", "mknod -m 666 null c 1 3", new[] { "c 0666 0:0 null" })]
    public async Task What_changed_is_told_and_nothing_else(string what, string script, string[] expected)
    {
        await Tool.ShellAsync(_temp.Make("lower"), Lower);
        await Trees.OverlaidAsync(_temp, ["lower"], script);
        string[] lines = [.. Trees.Shown(Diff("lower"))];
        if (what == "a directory made again with the same file below it")
        {
            // Copies of hard-linked files are files of their own: that much did change.
            Assert.DoesNotContain(lines, static l => l.StartsWith("gone", StringComparison.Ordinal));
            return;
        }
        Assert.Equal(expected, lines);
    }

    [Fact]
    public async Task A_file_with_new_content_of_the_same_size_and_time_is_found()
    {
        await Tool.ShellAsync(_temp.Make("lower"), Lower);
        await Trees.OverlaidAsync(_temp, ["lower"], "printf 'B\\n' > d/b; touch -d @1000 d/b");
        Assert.Equal(["d", "d/b"], Diff("lower").Select(static e => e.Path));
    }

    [Fact]
    public async Task Attributes_that_changed_are_found()
    {
        await Tool.ShellAsync(_temp.Make("lower"), Lower);
        await Trees.OverlaidAsync(_temp, ["lower"], "setcap cap_net_raw=ep l");
        FileEntry changed = Assert.Single(Diff("lower"));
        Assert.Equal(["security.capability"], changed.Xattrs.Keys);
    }

    [Fact]
    public async Task The_layer_of_a_diff_makes_of_the_layers_below_what_the_step_saw()
    {
        await Tool.ShellAsync(_temp.Make("lower"), Lower);
        await AssertRoundTripAsync(["lower"], "rm -r d; mkdir d; ln l d/l2; echo new > d/a; mv x/y/z x/w; rm sym; mkdir sym; chown 9:9 e; setcap cap_net_raw=ep l");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Any_changes_to_any_layers_come_back(int seed)
    {
        RandomLayers layers = new(seed);
        List<string> topFirst = [];
        for (int i = 0; i < 3; i++)
        {
            await UnpackAsync($"layer-{i}", layers.Next(), Trees.Merge(_temp, topFirst));
            topFirst.Insert(0, $"layer-{i}");
        }
        await AssertRoundTripAsync(topFirst, string.Join('\n', RandomChanges(seed)));
    }

    private static IEnumerable<string> RandomChanges(int seed)
    {
        Random random = new(seed);
        string[] names = ["a", "b", "c", "a.b", "z", "."];
        string Any() => string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => names[random.Next(names.Length)]));
        for (int i = random.Next(3, 15); i > 0; i--)
        {
            string path = Any();
            string change = random.Next(10) switch
            {
                0 => $"rm -rf ./{path}/?",
                1 => $"rm -rf ./{path}/a ./{path}/b",
                2 => $"mkdir -p ./{path}",
                3 => $"[ -p ./{path} ] || echo {i} > ./{path}",
                4 => $"chmod {Convert.ToString(random.Next(0x200), 8)} ./{path}",
                5 => $"chown -h {random.Next(3)}:{random.Next(3)} ./{path}",
                6 => $"mv -T ./{path} ./{Any()}",
                7 => $"ln ./{path} ./{Any()}",
                8 => $"ln -s {names[random.Next(5)]} ./{path}",
                _ => $"rm -rf ./{path}/z; mkdir ./{path}/z; echo z > ./{path}/z/a",
            };
            yield return $"{{ {change}; }} 2> /dev/null || true";
        }
    }

    // The diff as an archive, unpacked again over the same layers, is the tree that the step left behind.
    private async Task AssertRoundTripAsync(IReadOnlyList<string> layersTopFirst, string script)
    {
        string[] seen = await Trees.OverlaidAsync(_temp, [.. layersTopFirst], script);
        MergedTree below = Trees.Merge(_temp, layersTopFirst);
        using DirectoryTree upper = new(_temp["upper"], OverlayMarks.Trusted);
        List<(TarEntry, string)> entries = [];
        string? last = null;
        foreach (FileEntry entry in new DirectoryDiff(upper, below).Entries())
        {
            Assert.True(last is null || EntryPath.Compare(last, entry.Path) < 0, $"{entry.Path} after {last}");
            last = entry.Path;
            entries.Add((LayerArchive.ToTar(entry, entry.Modified ?? default), entry.Kind == EntryKind.File ? Read(upper, entry.Path) : ""));
        }
        UnsettledEntries unsettled = await UnpackAsync("again", entries, below);
        Assert.True(unsettled.IsEmpty, "the layer says all that it needs");
        Assert.Equal(seen, await Trees.OverlaidAsync(_temp, ["again", .. layersTopFirst], upper: "upper-2"));
        Assert.Equal(seen, Trees.Shown(Trees.Merge(_temp, ["upper", .. layersTopFirst])));
    }

    private async Task<UnsettledEntries> UnpackAsync(string name, List<(TarEntry, string)> entries, MergedTree below)
    {
        using MemoryStream archive = await Archives.OfAsync(entries);
        UnsettledEntries unsettled = await LayerUnpacker.UnpackAsync(archive, _temp.Make(name), OverlayMarks.Trusted, Ct);
        await LayerUnpacker.SettleAsync(_temp[name], unsettled, below, OverlayMarks.Trusted, Ct);
        return unsettled;
    }

    private List<FileEntry> Diff(params string[] layersTopFirst)
    {
        using DirectoryTree upper = new(_temp["upper"], OverlayMarks.Trusted);
        return [.. new DirectoryDiff(upper, Trees.Merge(_temp, layersTopFirst)).Entries()];
    }

    private static string Read(DirectoryTree layer, string path)
    {
        using SafeFileHandle file = layer.Open(path);
        using StreamReader text = new(new FileStream(file, FileAccess.Read));
        return text.ReadToEnd();
    }
}
