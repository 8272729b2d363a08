using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Contents;

/// <summary>The files of an image, put together layer by layer. Content is held as a digest.</summary>
/// <remarks>
/// image-spec v1.1.1, layer.md, "Applying Changesets". A whiteout hides what lower layers have, not what its own has, wherever it stands in it. Memory grows
/// with the number of files, which has a limit, not with their sizes.
/// </remarks>
public sealed class FileTree
{
    private const long MaxFactBytes = 1L << 30;
    private const int NodeBytes = 160;

    private readonly IHiddenFiles? _hidden;
    private long _factBytes;

    internal FileTree(IHiddenFiles? hidden)
        : this(hidden, new FileNode(new FileFacts(ImpliedDirectory(""), hash: null, layer: -1), isImplied: true))
    {
    }

    private FileTree(IHiddenFiles? hidden, FileNode root)
    {
        _hidden = hidden;
        Root = root;
    }

    internal FileNode Root { get; }

    internal FileTree Clone() => new(_hidden, Root.Clone()) { _factBytes = _factBytes };

    /// <summary>Applies one entry of a layer.</summary>
    /// <exception cref="InvalidImageException">A hard link leads nowhere, or there are more files than are held.</exception>
    internal void Apply(TarEntry entry, byte[]? hash, int layer)
    {
        switch (Whiteouts.Parse(entry.Path, out string target))
        {
            case WhiteoutKind.Metadata:
                return;
            case WhiteoutKind.Removal:
                Remove(target, layer);
                return;
            case WhiteoutKind.Opaque:
                Empty(DirectoryAt(target, layer), target, layer);
                return;
        }
        Count(entry);
        if (entry.Type == TarEntryType.HardLink)
            Put(entry.Path, Find(entry.LinkTarget)?.Facts ?? throw new InvalidImageException($"\"{entry.Path}\" is a hard link to \"{entry.LinkTarget}\", which is not there"), layer);
        else
            Put(entry.Path, new FileFacts(entry, hash, layer), layer);
    }

    /// <summary>The regular files and everything else, names in ordinal order, directories before what is in them. The root is not among them.</summary>
    internal IEnumerable<(string Path, FileNode Node)> Walk() => Walk(Root, "");

    private static IEnumerable<(string Path, FileNode Node)> Walk(FileNode directory, string path)
    {
        if (directory.Children is null)
            yield break;
        foreach ((string name, FileNode child) in directory.Children.OrderBy(static c => c.Key, StringComparer.Ordinal))
        {
            string own = Join(path, name);
            yield return (own, child);
            foreach ((string Path, FileNode Node) below in Walk(child, own))
                yield return below;
        }
    }

    internal static string Join(string directory, string name) => directory.Length == 0 ? name : $"{directory}/{name}";

    private void Put(string path, FileFacts facts, int layer)
    {
        if (path.Length == 0)
        {
            Root.Facts = facts;
            Root.IsImplied = false;
            return;
        }
        int slash = path.LastIndexOf('/');
        FileNode parent = DirectoryAt(slash < 0 ? "" : path[..slash], layer);
        string name = path[(slash + 1)..];
        FileNode? existing = parent.Children?.GetValueOrDefault(name);
        facts.Names++;
        if (existing is not null)
            Hide(path, existing, layer, facts);
        if (existing is not null && facts.Type == TarEntryType.Directory && existing.Facts.Type == TarEntryType.Directory)
        {
            existing.Facts = facts;
            existing.Layer = layer;
            existing.IsImplied = false;
            return;
        }
        if (existing is not null)
            HideBelow(existing, path, layer);
        (parent.Children ??= new Dictionary<string, FileNode>(StringComparer.Ordinal))[name] = new FileNode(facts, isImplied: false) { Layer = layer };
    }

    private FileNode DirectoryAt(string path, int layer)
    {
        FileNode at = Root;
        if (path.Length == 0)
            return at;
        int start = 0;
        while (start <= path.Length)
        {
            int end = path.IndexOf('/', start) is var slash and >= 0 ? slash : path.Length;
            string name = path[start..end];
            FileNode? child = at.Children?.GetValueOrDefault(name);
            if (child is null || child.Facts.Type != TarEntryType.Directory)
            {
                FileFacts implied = new(ImpliedDirectory(path[..end]), hash: null, layer);
                if (child is not null)
                    Hide(path[..end], child, layer, implied);
                child = new FileNode(implied, isImplied: true);
                (at.Children ??= new Dictionary<string, FileNode>(StringComparer.Ordinal))[name] = child;
                _factBytes += NodeBytes;
            }
            at = child;
            start = end + 1;
        }
        return at;
    }

    private FileNode? Find(string path)
    {
        FileNode? at = Root;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            at = at?.Children?.GetValueOrDefault(name);
        return at;
    }

    private void Remove(string path, int layer)
    {
        int slash = path.LastIndexOf('/');
        FileNode? parent = Find(slash < 0 ? "" : path[..slash]);
        if (parent?.Children?.GetValueOrDefault(path[(slash + 1)..]) is not { } node)
            return;
        Empty(node, path, layer);
        if (node.Layer >= layer || node.Children is { Count: > 0 })
            return;
        Hide(path, node, layer, by: null);
        parent.Children.Remove(path[(slash + 1)..]);
    }

    // Takes what lower layers have out of a directory.
    private void Empty(FileNode directory, string path, int layer)
    {
        if (directory.Children is null)
            return;
        foreach ((string name, FileNode child) in directory.Children.ToArray())
        {
            string own = Join(path, name);
            Empty(child, own, layer);
            if (child.Layer >= layer || child.Children is { Count: > 0 })
                continue;
            Hide(own, child, layer, by: null);
            directory.Children.Remove(name);
        }
    }

    private void HideBelow(FileNode node, string path, int layer)
    {
        foreach ((string name, FileNode child) in node.Children ?? [])
        {
            string own = Join(path, name);
            Hide(own, child, layer, by: null);
            HideBelow(child, own, layer);
        }
    }

    private void Hide(string path, FileNode node, int layer, FileFacts? by)
    {
        node.Facts.Names--;
        if (node.Facts.Names <= 0 && node.Facts.Type == TarEntryType.File && !ReferenceEquals(node.Facts, by))
            _hidden?.Hidden(path, node.Facts, layer, by);
    }

    private void Count(TarEntry entry)
    {
        _factBytes += NodeBytes + (2L * (entry.Path.Length + entry.LinkTarget.Length));
        foreach ((string name, var value) in entry.Xattrs)
            _factBytes += name.Length + value.Length;
        if (_factBytes > MaxFactBytes)
            throw new InvalidImageException("the image has more files, or longer names and attributes, than are looked at");
    }

    private static TarEntry ImpliedDirectory(string path) => new() { Path = path, Type = TarEntryType.Directory, Mode = 0b111_101_101 };
}
