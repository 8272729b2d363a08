namespace Caisson.Linux.Snapshots;

/// <summary>A file changed between the moment it was hashed and the moment it was copied.</summary>
public sealed class ContentChangedException(string path) : IOException($"{path} changed while it was being read")
{
    /// <summary>The file's path within its tree.</summary>
    public string Path { get; } = path;
}
