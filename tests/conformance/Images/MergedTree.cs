using System.Collections.Immutable;

namespace Caisson.Conformance.Images;

/// <summary>The files of an image: its layers laid over each other.</summary>
/// <remarks>image-spec v1.1.1, layer.md, "Applying Changesets".</remarks>
internal sealed class MergedTree
{
    private const string Whiteout = ".wh.";
    private const string Opaque = ".wh..wh..opq";

    private readonly SortedDictionary<string, ArchiveEntry> _files = new(StringComparer.Ordinal);

    // The first name of the file that a path is a hard link to; what is not in here has no other name.
    private readonly Dictionary<string, HashSet<string>> _links = [];

    private MergedTree()
    {
    }

    /// <summary>The files by path. A hard link is the file that it is another name of.</summary>
    public IReadOnlyDictionary<string, ArchiveEntry> Files => _files;

    public static MergedTree Of(IEnumerable<ImmutableArray<ArchiveEntry>> layers)
    {
        MergedTree tree = new();
        foreach (ImmutableArray<ArchiveEntry> layer in layers)
            tree.Apply(layer);
        return tree;
    }

    /// <summary>All names of the file at a path, sorted.</summary>
    public IEnumerable<string> NamesOf(string path) => _links.TryGetValue(path, out HashSet<string>? names) ? names.Order(StringComparer.Ordinal) : [path];

    private void Apply(ImmutableArray<ArchiveEntry> layer)
    {
        // Whiteouts speak of the layers below only, wherever they stand.
        foreach (ArchiveEntry entry in layer.Where(static e => Name(e.Path).StartsWith(Whiteout, StringComparison.Ordinal)))
        {
            if (Name(entry.Path) == Opaque)
                RemoveBelow(Parent(entry.Path));
            else
                Remove(Join(Parent(entry.Path), Name(entry.Path)[Whiteout.Length..]));
        }
        foreach (ArchiveEntry entry in layer.Where(static e => !Name(e.Path).StartsWith(Whiteout, StringComparison.Ordinal)))
            Put(entry);
    }

    private void Put(ArchiveEntry entry)
    {
        if (entry.Type == '1')
        {
            if (entry.Target == entry.Path)
                return;
            Assert.True(_files.TryGetValue(entry.Target, out ArchiveEntry? target), $"{entry.Path} is a link to {entry.Target}, which is not there");
            Remove(entry.Path);
            if (!_links.TryGetValue(entry.Target, out HashSet<string>? names))
                _links[entry.Target] = names = [entry.Target];
            names.Add(entry.Path);
            _links[entry.Path] = names;
            _files[entry.Path] = target;
            return;
        }
        if (entry.Type != '5' || !_files.TryGetValue(entry.Path, out ArchiveEntry? existing) || existing.Type != '5')
            Remove(entry.Path);
        _files[entry.Path] = entry;
    }

    private void Remove(string path)
    {
        RemoveBelow(path);
        _files.Remove(path);
        if (_links.Remove(path, out HashSet<string>? names))
            names.Remove(path);
    }

    private void RemoveBelow(string path)
    {
        foreach (string below in _files.Keys.Where(p => path == "." ? p != "." : p.StartsWith(path + "/", StringComparison.Ordinal)).ToList())
        {
            _files.Remove(below);
            if (_links.Remove(below, out HashSet<string>? names))
                names.Remove(below);
        }
    }

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string Parent(string path) => path.LastIndexOf('/') is >= 0 and int slash ? path[..slash] : ".";

    private static string Join(string parent, string name) => parent == "." ? name : parent + "/" + name;
}
