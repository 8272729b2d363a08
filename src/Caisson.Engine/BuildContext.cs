namespace Caisson.Engine;

/// <summary>The files that a build may copy from.</summary>
public sealed record BuildContext
{
    private BuildContext(string path) => DirectoryPath = path;

    /// <summary>The directory, as it was given.</summary>
    public string DirectoryPath { get; }

    /// <summary>A directory, as it is when the build looks at it.</summary>
    public static BuildContext FromDirectory(string path) => new(path);
}
