namespace Caisson.Oci.Contents;

/// <summary>A directory and what it holds.</summary>
/// <param name="Path">The path, without a slash in front.</param>
/// <param name="SizeBytes">Of all regular files below it.</param>
/// <param name="Files">Their number.</param>
public sealed record DirectorySpace(string Path, long SizeBytes, int Files);
