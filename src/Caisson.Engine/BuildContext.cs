namespace Caisson.Engine;

/// <summary>The files that a build may copy from.</summary>
public sealed record BuildContext
{
    /// <summary>The location that stands for <see cref="BuildRequest.StandardInput"/>.</summary>
    public const string StandardInput = "-";

    private BuildContext(string location, bool isDirectory)
    {
        Location = location;
        IsDirectory = isDirectory;
    }

    /// <summary>Where they are, as it was given.</summary>
    public string Location { get; }

    /// <summary>Whether it is said that this is a directory, whatever the location looks like.</summary>
    public bool IsDirectory { get; }

    /// <summary>The directory of it that steps see in its place, relative to it; null for all of it. The Dockerfile may be elsewhere in it.</summary>
    public string? Directory { get; init; }

    /// <summary>
    /// Whether an archive is taken as Docker's classic builder does: its files are root's, whoever owns them there; and its Dockerfile and ignore file are no files
    /// of the context when the ignore file says so. That says nothing of other files: whoever made the archive has left those out.
    /// </summary>
    public bool IsClassic { get; init; }

    /// <summary>A directory, as it is when the build looks at it.</summary>
    public static BuildContext FromDirectory(string path) => new(path, isDirectory: true);

    /// <summary>
    /// A directory; an archive in a file; the address of a git repository, with <c>#reference:directory</c> or a query behind it; the address of an archive or of
    /// a Dockerfile in the web; or <c>-</c>, an archive or a Dockerfile on standard input.
    /// </summary>
    public static BuildContext FromLocation(string location) => new(location, isDirectory: false);
}
