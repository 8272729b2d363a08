namespace Caisson.Oci.Contents;

/// <summary>One name that differs between two images.</summary>
/// <param name="Path">The path, without a slash in front.</param>
/// <param name="Kind">How it differs.</param>
/// <param name="Aspects">What differs, of one that both have.</param>
/// <param name="Old">What the first image has; null when it has nothing.</param>
/// <param name="New">What the second image has; null when it has nothing.</param>
public sealed record FileChange(string Path, FileChangeKind Kind, FileAspects Aspects, FileFacts? Old, FileFacts? New);
