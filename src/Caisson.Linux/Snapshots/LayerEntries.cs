using System.Globalization;

namespace Caisson.Linux.Snapshots;

/// <summary>
/// What entries come to that are laid one over the other: the later one wins, and directories merge. By the rules of <see cref="LayerDirectoryWriter"/>,
/// so that a layer's list and its directory say the same.
/// </summary>
/// <remarks>Held in memory: grows with the number of entries. Adding or finding one takes time by its depth, whatever was added before. Not thread-safe.</remarks>
public sealed class LayerEntries
{
    private readonly Node _root = new();
    private int _linkGroups;

    /// <summary>What stands at a path now; null when nothing does.</summary>
    public FileEntry? Find(string path) => FindNode(path)?.Entry;

    /// <summary>Whether something other than a directory stands on the way to a path, so that nothing else can be at it.</summary>
    public bool IsBlocked(string path) => EntryPath.Ancestors(path).Any(a => Find(a) is { IsDirectory: false });

    /// <summary>Adds an entry. A hard link becomes one more name of the file that its target is now; of one that is not there it stays a hard link.</summary>
    public void Add(FileEntry entry)
    {
        foreach (string ancestor in EntryPath.Ancestors(entry.Path))
            MakeDirectory(ancestor);
        Node node = NodeAt(entry.Path);
        if (entry.Kind == EntryKind.Whiteout)
            Remove(node, entry);
        else if (entry.Kind == EntryKind.HardLink)
            AddLink(node, entry);
        else
            Put(node, entry);
    }

    /// <summary>Hides what the layers below have in a directory.</summary>
    public void MakeOpaque(string directory) => Add(DirectoryAt(Find(directory), directory) with { IsOpaque = true });

    /// <summary>The entries in the order of a list. Of the names of one file the first holds it.</summary>
    public IEnumerable<FileEntry> InOrder() => HardLinkNames.Settle(_root.Entries());

    // A name of this layer's own hides the one below anyway; a directory must be told to, and no longer is the one below.
    private static void Remove(Node node, FileEntry removal) => node.Entry = node.Entry switch
    {
        { IsDirectory: true } own => own with { IsOpaque = true, IsImplied = false },
        null => removal,
        _ => node.Entry,
    };

    // One more name for the file that the target is now: what comes to stand at the target later does not change it.
    private void AddLink(Node node, FileEntry link)
    {
        string target = link.LinkTarget ?? "";
        if (target == link.Path)
            return;
        if (FindNode(target) is not { Entry: { IsDirectory: false, Kind: not (EntryKind.Whiteout or EntryKind.HardLink) } file } first)
        {
            Put(node, link);
            return;
        }
        if (file is { Kind: EntryKind.File, LinkGroup: null })
            first.Entry = file = file with { LinkGroup = (++_linkGroups).ToString(CultureInfo.InvariantCulture) };
        Put(node, file with { Path = link.Path });
    }

    private static void Put(Node node, FileEntry entry)
    {
        if (!entry.IsDirectory)
            node.Children = null;
        bool staysOpaque = entry.IsDirectory && node.Entry is { IsDirectory: true, IsOpaque: true } or { Kind: EntryKind.Whiteout };
        node.Entry = staysOpaque && entry.IsDirectory ? entry with { IsOpaque = true } : entry;
    }

    private void MakeDirectory(string path)
    {
        Node node = NodeAt(path);
        if (node.Entry is not { IsDirectory: true })
            node.Entry = DirectoryAt(node.Entry, path);
    }

    private static FileEntry DirectoryAt(FileEntry? existing, string path) => existing switch
    {
        { IsDirectory: true } directory => directory,
        // Removed and made again: it is not the one below.
        { Kind: EntryKind.Whiteout } => Implied(path) with { IsOpaque = true, IsImplied = false },
        _ => Implied(path),
    };

    private static FileEntry Implied(string path) => new() { Path = path, Kind = EntryKind.Directory, Mode = 0x1ED, IsImplied = true };

    private Node? FindNode(string path)
    {
        Node? node = _root;
        foreach (Range name in path.AsSpan().Split('/'))
        {
            if (path.Length > 0)
                node = node?.Find(path[name]);
        }
        return node;
    }

    private Node NodeAt(string path)
    {
        Node node = _root;
        foreach (Range name in path.AsSpan().Split('/'))
        {
            if (path.Length > 0)
                node = node.FindOrAdd(path[name]);
        }
        return node;
    }

    private sealed class Node
    {
        public FileEntry? Entry { get; set; }

        public SortedDictionary<string, Node>? Children { get; set; }

        public Node? Find(string name) => Children?.GetValueOrDefault(name);

        public Node FindOrAdd(string name)
        {
            Children ??= new SortedDictionary<string, Node>(StringComparer.Ordinal);
            if (!Children.TryGetValue(name, out Node? child))
                Children.Add(name, child = new Node());
            return child;
        }

        // With a stack of its own: paths can be deep.
        public IEnumerable<FileEntry> Entries()
        {
            Stack<Node> left = new([this]);
            while (left.TryPop(out Node? node))
            {
                if (node.Entry is not null)
                    yield return node.Entry;
                foreach (Node child in node.Children?.Values.Reverse() ?? [])
                    left.Push(child);
            }
        }
    }
}
