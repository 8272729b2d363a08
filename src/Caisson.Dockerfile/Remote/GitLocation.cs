namespace Caisson.Dockerfile.Remote;

/// <summary>
/// Where files of a git repository are, as ADD and build contexts name them: the repository, and which commit and directory of it. Forms are
/// <c>https://host/path.git</c>, <c>ssh://…</c>, <c>git://…</c>, <c>user@host:path</c> and <c>github.com/owner/name</c>, followed by
/// <c>#reference:directory</c> or by a query (<c>?ref=…&amp;subdir=…</c>).
/// </summary>
/// <remarks>Dockerfile reference 1.26, "ADD &lt;Git repository&gt;", and docs.docker.com/build/concepts/context, "Git repositories".</remarks>
public sealed record GitLocation
{
    internal GitLocation()
    {
    }

    /// <summary>The address that git is given.</summary>
    public required string Remote { get; init; }

    /// <summary>How the repository is spoken to: <c>http</c>, <c>https</c>, <c>ssh</c> or <c>git</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>Host and optional port.</summary>
    public required string Host { get; init; }

    /// <summary>A branch, a tag, another reference (<c>refs/…</c>) or a commit; null for the repository's default branch.</summary>
    public string? Reference { get; init; }

    /// <summary>The directory whose files are meant, without leading or trailing <c>/</c>; empty for all.</summary>
    public string Directory { get; init; } = "";

    /// <summary>The beginning of the commit that the reference must stand for; null when not given.</summary>
    public string? Checksum { get; init; }

    /// <summary>Whether <c>.git</c> is among the files; null when not said.</summary>
    public bool? KeepsGitDirectory { get; init; }

    /// <summary>Whether submodules are fetched too.</summary>
    public bool TakesSubmodules { get; init; } = true;

    /// <summary>Whether the commit of <see cref="Checksum"/> is fetched without asking what the reference stands for.</summary>
    public bool FetchesByCommit { get; init; }

    /// <summary>Whether it could as well be the path of a local file (<c>github.com/…</c>): only a build context may be named so.</summary>
    public bool LooksLikePath { get; init; }

    /// <summary>Reads a location.</summary>
    /// <param name="text">The text.</param>
    /// <param name="problem">What is wrong with it, when it names a repository in a way that cannot be meant; else null.</param>
    /// <returns>The location; null when the text names no repository, or wrongly.</returns>
    public static GitLocation? Parse(string text, out string? problem) => GitLocationReader.Read(text, out problem);

    /// <summary>Whether a text is the whole id of a commit: 40 (SHA-1) or 64 (SHA-256) hexadecimal digits.</summary>
    public static bool IsCommit(string? text) => text is { Length: 40 or 64 } && text.All(char.IsAsciiHexDigitLower);
}
