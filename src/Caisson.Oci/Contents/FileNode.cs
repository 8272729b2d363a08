namespace Caisson.Oci.Contents;

/// <summary>One name in a tree of files.</summary>
internal sealed class FileNode(FileFacts facts, bool isImplied)
{
    /// <summary>What it is the name of.</summary>
    public FileFacts Facts { get; set; } = facts;

    /// <summary>The layer that last said something of this name.</summary>
    public int Layer { get; set; } = facts.Layer;

    /// <summary>Whether no layer names this directory: something in it was named.</summary>
    public bool IsImplied { get; set; } = isImplied;

    /// <summary>What is in a directory; null when there is nothing.</summary>
    public Dictionary<string, FileNode>? Children { get; set; }

    /// <summary>A copy with all below it; the facts are shared.</summary>
    public FileNode Clone()
    {
        FileNode copy = new(Facts, IsImplied) { Layer = Layer };
        if (Children is null)
            return copy;
        copy.Children = new Dictionary<string, FileNode>(Children.Count, StringComparer.Ordinal);
        foreach ((string name, FileNode child) in Children)
            copy.Children.Add(name, child.Clone());
        return copy;
    }
}
