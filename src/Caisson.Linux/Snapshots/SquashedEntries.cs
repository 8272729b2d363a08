namespace Caisson.Linux.Snapshots;

/// <summary>What several layers come to as one: what each of them says, laid over what those before it said. A name that one made and a later one removed is none.</summary>
/// <remarks>
/// image-spec v1.1.1, layer.md, "Whiteouts". A directory that was removed and made again is told by removals of what it held below, so that no layer needs to be
/// opaque. Held in memory: grows with the number of entries. Not thread-safe.
/// </remarks>
/// <param name="below">What all of them stand on.</param>
public sealed class SquashedEntries(IFileTree below)
{
    private readonly Node _root = new();

    /// <summary>Adds a layer on top of those before.</summary>
    /// <param name="entries">What it says; every name of a file as an entry with its <see cref="FileEntry.LinkGroup"/>.</param>
    public void Add(IEnumerable<FileEntry> entries)
    {
        foreach (FileEntry entry in entries)
            Put(NodeAt(entry.Path), entry);
    }

    /// <summary>The entries in the order of a list. Of the names of one file the first holds it.</summary>
    public IEnumerable<FileEntry> InOrder() => HardLinkNames.Settle(_root.Entry is null ? Walk(_root, "", isReplaced: false) : Walk(_root, "", isReplaced: false).Prepend(_root.Entry));

    private static void Put(Node node, FileEntry entry)
    {
        if (!entry.IsDirectory)
        {
            node.Children = null;
            node.IsReplaced = false;
            node.Entry = entry;
            return;
        }
        if (entry.IsOpaque)
            node.Children = null;
        node.IsReplaced |= entry.IsOpaque || node.Entry is { IsDirectory: false };
        if (!entry.IsImplied || node.Entry is not { IsDirectory: true })
            node.Entry = entry with { IsOpaque = false };
    }

    // isReplaced: what the directory holds below is not visible here, though it is there.
    private IEnumerable<FileEntry> Walk(Node directory, string path, bool isReplaced)
    {
        foreach ((string name, Node? node) in Names(directory, path, isReplaced))
        {
            string child = EntryPath.Join(path, name);
            if (node?.Entry is { Kind: not EntryKind.Whiteout } entry)
                yield return entry is { IsImplied: true } && below.Find(child) is { IsDirectory: true } known ? known with { IsOpaque = false } : entry;
            else if ((node is null || node.Entry is not null) && below.Find(child) is not null)
                yield return new FileEntry { Path = child, Kind = EntryKind.Whiteout };
            if (node is null)
                continue;
            foreach (FileEntry held in Walk(node, child, isReplaced || node.IsReplaced))
                yield return held;
        }
    }

    // In order: the names that are told of, and those that stand below a directory that was replaced.
    private SortedDictionary<string, Node?> Names(Node directory, string path, bool isReplaced)
    {
        SortedDictionary<string, Node?> names = new(StringComparer.Ordinal);
        foreach ((string name, Node node) in directory.Children ?? [])
            names.Add(name, node);
        // Something that is no directory any more hides what it held by itself.
        if (isReplaced && directory.Entry is { IsDirectory: true })
        {
            foreach (FileEntry old in below.Children(path))
                names.TryAdd(EntryPath.Name(old.Path), null);
        }
        return names;
    }

    private Node NodeAt(string path)
    {
        Node node = _root;
        foreach (Range name in path.AsSpan().Split('/'))
        {
            if (path.Length == 0)
                break;
            node.Children ??= new SortedDictionary<string, Node>(StringComparer.Ordinal);
            string text = path[name];
            if (!node.Children.TryGetValue(text, out Node? child))
                node.Children.Add(text, child = new Node());
            node = child;
        }
        return node;
    }

    private sealed class Node
    {
        public FileEntry? Entry { get; set; }

        public bool IsReplaced { get; set; }

        public SortedDictionary<string, Node>? Children { get; set; }
    }
}
