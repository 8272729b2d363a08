using System.Text.RegularExpressions;

namespace Caisson.Dockerfile.Remote;

/// <summary>Reads the addresses of git repositories.</summary>
internal static partial class GitLocationReader
{
    private const string Shorthand = "github.com/";

    private static readonly string[] Schemes = ["http", "https", "ssh", "git"];

    public static GitLocation? Read(string text, out string? problem)
    {
        problem = null;
        if (text.StartsWith("./", StringComparison.Ordinal) || text.StartsWith("../", StringComparison.Ordinal))
            return null;
        if (text.StartsWith(Shorthand, StringComparison.Ordinal))
            return ReadUrl("https://" + text, out problem) is { } github ? github with { LooksLikePath = true } : null;
        if (UrlStart().Match(text) is { Success: true } start)
            return IsRepository(text, start.Groups[1].Value) ? ReadUrl(text, out problem) : null;
        return ScpForm().Match(text) is { Success: true } scp ? ReadScp(scp, out problem) : null;
    }

    // An address of the web is a repository only when its path ends in ".git".
    private static bool IsRepository(string text, string scheme) => scheme.ToLowerInvariant() switch
    {
        "http" or "https" => new LocationParts(text).Base.EndsWith(".git", StringComparison.Ordinal),
        var other => Schemes.Contains(other),
    };

    private static GitLocation? ReadUrl(string text, out string? problem)
    {
        LocationParts parts = new(text);
        int authority = parts.Base.IndexOf("://", StringComparison.Ordinal) + "://".Length;
        int path = parts.Base.IndexOf('/', authority);
        string host = parts.Base[authority..(path < 0 ? parts.Base.Length : path)];
        GitLocation location = new()
        {
            Remote = parts.Base,
            Scheme = parts.Base[..(authority - "://".Length)].ToLowerInvariant(),
            Host = host[(host.LastIndexOf('@') + 1)..],
        };
        return Complete(location, parts, out problem);
    }

    private static GitLocation? ReadScp(Match match, out string? problem)
    {
        LocationParts parts = new(match.Value);
        return Complete(new GitLocation { Remote = parts.Base, Scheme = "ssh", Host = match.Groups[1].Value }, parts, out problem);
    }

    private static GitLocation? Complete(GitLocation location, LocationParts parts, out string? problem)
    {
        problem = FaultOf(location);
        if (problem is not null)
            return null;
        GitLocation? complete = GitQuery.Apply(WithFragment(location, parts.Fragment), parts.Query, out problem);
        if (complete?.Reference?.StartsWith('-') == true)
            problem = "a reference does not begin with \"-\"";
        else if (complete is not null && (complete.Reference + complete.Directory + complete.Checksum).Any(char.IsControl))
            problem = "it holds control characters";
        return problem is null ? complete : null;
    }

    private static string? FaultOf(GitLocation location)
    {
        if (location.Remote.Any(static c => char.IsControl(c) || c == ' '))
            return "it holds blanks or control characters";
        return location.Host.Length == 0 || location.Host.StartsWith('-') ? "it names no host" : null;
    }

    private static GitLocation WithFragment(GitLocation location, string? fragment)
    {
        if (string.IsNullOrEmpty(fragment))
            return location;
        string[] parts = Uri.UnescapeDataString(fragment).Split(':', 2);
        return location with { Reference = parts[0].Length > 0 ? parts[0] : null, Directory = parts.Length == 2 ? GitQuery.CleanDirectory(parts[1]) : "" };
    }

    [GeneratedRegex("^([a-zA-Z0-9]+)://")]
    private static partial Regex UrlStart();

    [GeneratedRegex(@"^[a-zA-Z0-9_-]+@([a-zA-Z0-9.-]+):[^\n]*$")]
    private static partial Regex ScpForm();
}
