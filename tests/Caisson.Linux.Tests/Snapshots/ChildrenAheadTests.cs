using Caisson.Linux.Snapshots;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>Reading ahead changes when directories are read, and nothing else.</summary>
public sealed class ChildrenAheadTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void A_walk_gets_the_same_however_many_threads_read(int parallelism)
    {
        RandomTree tree = new(seed: 5, directories: 400, shuffles: false);
        Assert.Equal(Walk(tree, parallelism: 1), Walk(new RandomTree(seed: 5, directories: 400, shuffles: true), parallelism));
        Assert.True(Walk(tree, parallelism).Count > 2000);
    }

    [Fact]
    public void Each_directory_is_read_once()
    {
        RandomTree tree = new(seed: 6, directories: 300, shuffles: true);
        Walk(tree, parallelism: 4);
        Assert.Equal(tree.Directories, tree.Reads);
    }

    [Fact]
    public void A_directory_that_cannot_be_read_fails_the_walk_where_it_comes_to_it()
    {
        RandomTree tree = new(seed: 7, directories: 50, shuffles: false) { Broken = "d00/d01" };
        List<string> seen = [];
        Assert.Throws<IOException>(() => Walk(tree, parallelism: 4, seen));
        Assert.Equal("d00/d01", seen[^1]);
    }

    [Fact]
    public void Nothing_is_read_after_the_end()
    {
        RandomTree tree = new(seed: 8, directories: 500, shuffles: false);
        using (ChildrenAhead ahead = new(tree, parallelism: 4))
            ahead.Expect(ahead.Children(""));
        int reads = tree.Reads;
        Thread.Yield();
        Assert.Equal(reads, tree.Reads);
    }

    private static List<string> Walk(RandomTree tree, int parallelism, List<string>? seen = null)
    {
        seen ??= [];
        using ChildrenAhead ahead = new(tree, parallelism);
        Enter("");
        return seen;

        void Enter(string directory)
        {
            IReadOnlyList<FileEntry> children = ahead.Children(directory);
            ahead.Expect(children);
            foreach (FileEntry child in children)
            {
                seen.Add(child.Path);
                if (child.IsDirectory)
                    Enter(child.Path);
            }
        }
    }

    // A tree made of numbers. Its directories can take their time, so that threads overtake each other.
    private sealed class RandomTree : IFileTree
    {
        private readonly Dictionary<string, List<FileEntry>> _children = new(StringComparer.Ordinal) { [""] = [] };
        private readonly bool _shuffles;
        private int _reads;

        public RandomTree(int seed, int directories, bool shuffles)
        {
            _shuffles = shuffles;
            Random random = new(seed);
            List<string> paths = [""];
            while (paths.Count < directories)
            {
                string parent = paths.Count < 3 ? paths[^1] : paths[random.Next(paths.Count)];
                string path = EntryPath.Join(parent, $"d{_children[parent].Count:D2}");
                if (paths.Count == 2)
                    path = "d00/d01";
                _children[parent].Add(new FileEntry { Path = path, Kind = EntryKind.Directory });
                _children[path] = [.. Enumerable.Range(0, random.Next(12)).Select(i => new FileEntry { Path = $"{path}/a{i:D2}", Kind = EntryKind.File })];
                paths.Add(path);
            }
            foreach (List<FileEntry> children in _children.Values)
                children.Sort(static (x, y) => EntryPath.Compare(x.Path, y.Path));
        }

        public bool CanChange => false;

        public int Directories => _children.Count;

        public int Reads => _reads;

        public string? Broken { get; init; }

        public FileEntry? Find(string path) => throw new NotSupportedException();

        public IEnumerable<FileEntry> Children(string directory)
        {
            Interlocked.Increment(ref _reads);
            if (directory == Broken)
                throw new IOException("broken");
            if (_shuffles)
                Thread.SpinWait(directory.Length * 37 % 501);
            return _children[directory];
        }

        public SafeFileHandle Open(string path) => throw new NotSupportedException();
    }
}
