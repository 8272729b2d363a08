namespace Caisson.Linux.Snapshots;

/// <summary>Where the bytes of some of a list's files are, while the layer is being made.</summary>
/// <param name="Tree">The tree that holds them.</param>
/// <param name="SourcePath">A path of that tree.</param>
/// <param name="TargetPath">The path of the layer that it was copied to.</param>
public sealed record ContentRoot(IFileTree Tree, string SourcePath, string TargetPath)
{
    /// <summary>Where in the tree the bytes of an entry of the layer are.</summary>
    public string SourceOf(string targetPath) => EntryPath.Join(SourcePath, targetPath[TargetPath.Length..].TrimStart('/'));
}
