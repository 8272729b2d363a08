using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>One file or directory that a source of a copy stands for, with everything below it.</summary>
/// <param name="Source">Where it is.</param>
/// <param name="Path">Its path there, links followed.</param>
/// <param name="Name">The last component as it was asked for: the name it gets in a directory.</param>
/// <param name="List">The item itself (the empty path) and everything below it, with content digests.</param>
internal sealed record SelectedItem(SourceTree Source, string Path, string Name, FileList List)
{
    /// <summary>The item itself, its path the empty one.</summary>
    public FileEntry Top { get; } = List.Find("") ?? throw new ArgumentException("a selection begins with what it is of", nameof(List));

    /// <summary>Whether it is a directory.</summary>
    public bool IsDirectory => Top.IsDirectory;

    /// <summary>Whether it is copied itself when it is a directory; otherwise what it holds is.</summary>
    public bool IsTakenItself { get; init; }

    /// <summary>Whether it is a file to be unpacked: then what is in the archive is copied, not the archive.</summary>
    public bool IsArchive { get; init; }

    /// <summary>Which part of the instruction asked for it.</summary>
    public int Part { get; init; }
}
