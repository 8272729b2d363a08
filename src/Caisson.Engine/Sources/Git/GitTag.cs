namespace Caisson.Engine.Sources.Git;

/// <summary>A commit of a repository that has a name.</summary>
/// <param name="Name">The name: of a tag without what stands before it, <c>v1.2.3</c>; of something else as it was asked for.</param>
/// <param name="Reference">The whole name, <c>refs/tags/v1.2.3</c>; null when the commit was named by its id.</param>
/// <param name="Commit">The commit.</param>
internal sealed record GitTag(string Name, string? Reference, string Commit)
{
    private const string Prefix = "refs/tags/";
    private const string Peeled = "^{}";

    /// <summary>The tags among lines of git: an id, a tab or blank, and the whole name; of an annotated tag a second line with <c>^{}</c> for its commit.</summary>
    public static IEnumerable<GitTag> Read(string lines)
    {
        Dictionary<string, string> commits = new(StringComparer.Ordinal);
        List<string> names = [];
        foreach (string line in lines.Split('\n'))
        {
            if (line.Split(['\t', ' '], 2) is not [var id, var name] || !name.StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            bool isPeeled = name.EndsWith(Peeled, StringComparison.Ordinal);
            string tag = isPeeled ? name[..^Peeled.Length] : name;
            if (!isPeeled)
                names.Add(tag);
            if (isPeeled || !commits.ContainsKey(tag))
                commits[tag] = id;
        }
        return names.Where(name => Dockerfile.Remote.GitLocation.IsCommit(commits[name])).Select(name => new GitTag(name[Prefix.Length..], name, commits[name]));
    }
}
