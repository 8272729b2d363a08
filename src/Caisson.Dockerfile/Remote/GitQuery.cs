using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Remote;

/// <summary>The query of a git location: <c>ref</c>, <c>tag</c>, <c>branch</c>, <c>subdir</c>, <c>checksum</c> and others.</summary>
internal static class GitQuery
{
    private const string Tags = "refs/tags/";
    private const string Heads = "refs/heads/";

    // Those that may stand alone are true then.
    private static readonly string[] Switches = ["submodules", "keep-git-dir", "fetch-by-commit"];

    private static readonly string[] Names = ["ref", "tag", "branch", "subdir", "checksum", "commit", "keep-git-dir", "submodules", "mtime", "fetch-by-commit"];

    /// <summary>The location with what its query says; null with the problem when that cannot be.</summary>
    public static GitLocation? Apply(GitLocation location, string? query, out string? problem)
    {
        Dictionary<string, string> given = new(StringComparer.Ordinal);
        problem = string.IsNullOrEmpty(query) ? null : Read(query, given);
        if (problem is not null)
            return null;
        GitLocation result = location;
        // Tag and branch come last: they are compared with the reference that the others leave.
        foreach (string name in Names.Where(given.ContainsKey).OrderBy(static n => n is "tag" or "branch"))
            result = Apply(result, name, given[name], ref problem);
        if (given.ContainsKey("tag") && given.ContainsKey("branch"))
            problem = "it names a tag and a branch";
        return problem is null ? result : null;
    }

    /// <summary>A directory of a repository: <c>..</c> stops at its root.</summary>
    public static string CleanDirectory(string path) => UnixPath.Clean("/" + path).TrimStart('/');

    private static string? Read(string query, Dictionary<string, string> given)
    {
        foreach (string pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            string name = Decode(parts[0]);
            string value = parts.Length == 2 ? Decode(parts[1]) : "";
            if (!Names.Contains(name))
                return $"its query has no {Quoted.Of(name)}" + (Suggestion.Nearest(name, Names) is { } near ? $"; did you mean {Quoted.Of(near)}?" : "");
            if (value.Length == 0 && !Switches.Contains(name))
                return $"{Quoted.Of(name)} of its query has no value";
            if (!given.TryAdd(name, value))
                return $"{Quoted.Of(name)} stands in its query twice";
        }
        return null;
    }

    private static GitLocation Apply(GitLocation location, string name, string value, ref string? problem)
    {
        switch (name)
        {
            case "ref":
                return WithReference(location, value, ref problem);
            case "tag":
                return WithReference(location, value.StartsWith(Tags, StringComparison.Ordinal) ? value : Tags + value, ref problem);
            case "branch":
                return WithReference(location, value.StartsWith(Heads, StringComparison.Ordinal) ? value : Heads + value, ref problem);
            case "subdir":
                if (location.Directory.Length > 0 && location.Directory != CleanDirectory(value))
                    problem = $"it names two directories, {Quoted.Of(location.Directory)} and {Quoted.Of(value)}";
                return location with { Directory = CleanDirectory(value) };
            case "checksum" or "commit":
                return location with { Checksum = value };
            case "mtime":
                if (value is not ("checkout" or "commit"))
                    problem = $"mtime={value}: write checkout or commit";
                return location;
            default:
                return WithSwitch(location, name, value, ref problem);
        }
    }

    private static GitLocation WithReference(GitLocation location, string reference, ref string? problem)
    {
        if (location.Reference is { } other && other != reference)
            problem = $"it names two references, {Quoted.Of(other)} and {Quoted.Of(reference)}";
        return location with { Reference = reference };
    }

    private static GitLocation WithSwitch(GitLocation location, string name, string value, ref string? problem)
    {
        if (!Booleans.TryParse(value.Length == 0 ? "1" : value, out bool isOn))
        {
            problem = $"{name}={value}: write true or false";
            return location;
        }
        return name switch
        {
            "keep-git-dir" => location with { KeepsGitDirectory = isOn },
            "submodules" => location with { TakesSubmodules = isOn },
            _ => location with { FetchesByCommit = isOn },
        };
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
