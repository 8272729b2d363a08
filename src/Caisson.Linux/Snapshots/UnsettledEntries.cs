using System.Collections.Immutable;

namespace Caisson.Linux.Snapshots;

/// <summary>What an archive leaves to the layers below it.</summary>
/// <param name="ImpliedDirectories">Directories that the archive passes through without describing them.</param>
/// <param name="HardLinks">Hard links whose targets are not in the archive.</param>
public sealed record UnsettledEntries(ImmutableArray<string> ImpliedDirectories, ImmutableArray<FileEntry> HardLinks)
{
    /// <summary>The entries of the archive that the directory does not tell of as they are.</summary>
    public ImmutableArray<FileEntry> Records { get; init; } = [];

    /// <summary>Whether the layer is the same whatever is below it.</summary>
    public bool IsEmpty => ImpliedDirectories.IsEmpty && HardLinks.IsEmpty;
}
