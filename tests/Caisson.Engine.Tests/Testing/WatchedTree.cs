using Caisson.Linux.Snapshots;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Tests.Testing;

/// <summary>A directory as a tree that notes which directories were listed and which files were opened.</summary>
internal sealed class WatchedTree(string path) : IFileTree, IDisposable
{
    private readonly DirectoryTree _tree = new(path, OverlayMarks.Trusted);
    private readonly List<string> _seen = [];

    /// <summary>What was listed (with a slash) and opened, in order.</summary>
    public string[] Seen
    {
        get
        {
            lock (_seen)
                return [.. _seen.Order(StringComparer.Ordinal)];
        }
    }

    public bool CanChange => false;

    public FileEntry? Find(string path) => _tree.Find(path);

    public IEnumerable<FileEntry> Children(string directory)
    {
        Note(directory + "/");
        return _tree.Children(directory);
    }

    public SafeFileHandle Open(string path)
    {
        Note(path);
        return _tree.Open(path);
    }

    public void Dispose() => _tree.Dispose();

    private void Note(string path)
    {
        lock (_seen)
            _seen.Add(path);
    }
}
