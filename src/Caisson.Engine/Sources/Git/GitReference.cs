using System.Collections.Immutable;
using Caisson.Dockerfile.Remote;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Planning;
using Caisson.Engine.Steps;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Sources.Git;

/// <summary>What a reference of a repository stands for.</summary>
/// <param name="Name">Its whole name (<c>refs/heads/main</c>); null when a commit was asked for by its id.</param>
/// <param name="Commit">The commit.</param>
/// <param name="Tag">The annotated tag that stands for the commit; null when there is none.</param>
internal sealed record GitReference(string? Name, string Commit, string? Tag)
{
    /// <summary>Asks the repository.</summary>
    /// <param name="location">Which repository, and which reference of it.</param>
    /// <param name="access">What lets us in.</param>
    /// <param name="git">The program.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StepException">The repository has no such reference, or cannot be asked.</exception>
    public static async Task<GitReference> ResolveAsync(GitLocation location, GitAccess access, GitProgram git, CancellationToken ct)
    {
        string[] asked = location.Reference is { } name ? [name, name + "^{}"] : ["HEAD"];
        ProcessResult result = await git.RunAsync(["ls-remote", "--quiet", "--symref", "--", access.Remote, .. asked], access, GitPlace.None, ct).ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw GitFailure.Explain($"{RemoteText.Shown(location.Remote)} cannot be asked", result);
        ImmutableArray<Line> lines = [.. result.Output.Split('\n').Select(Line.Parse).OfType<Line>()];
        return Choose(location.Reference, lines) ?? throw await MissingAsync(location, access, git, ct).ConfigureAwait(false);
    }

    // Of a branch and a tag of one name the branch is meant, as in BuildKit.
    private static GitReference? Choose(string? reference, ImmutableArray<Line> lines)
    {
        if (reference is null)
        {
            string? head = lines.FirstOrDefault(static l => l is { Name: "HEAD", Target: not null })?.Target;
            return lines.FirstOrDefault(static l => l is { Name: "HEAD", Id: not null }) is { Id: { } commit } ? new GitReference(head, commit, null) : null;
        }
        foreach (string name in (string[])[Whole(reference, "refs/"), Whole(reference, "refs/heads/"), Whole(reference, "refs/tags/")])
        {
            if (IdOf(name) is { } id)
                return IdOf(name + "^{}") is { } commit ? new GitReference(name, commit, id) : new GitReference(name, id, null);
        }
        return null;

        string? IdOf(string name) => lines.FirstOrDefault(l => l.Name == name && l.Id is not null)?.Id;
    }

    private static string Whole(string reference, string prefix) => reference.StartsWith(prefix, StringComparison.Ordinal) ? reference : prefix + reference;

    private static async Task<StepException> MissingAsync(GitLocation location, GitAccess access, GitProgram git, CancellationToken ct)
    {
        string remote = RemoteText.Shown(location.Remote);
        if (location.Reference is not { } reference)
            return new StepException(EngineCodes.GitReferenceNotFound, $"{remote} has no commit", "an empty repository has no files");
        ProcessResult all = await git.RunAsync(["ls-remote", "--quiet", "--heads", "--tags", "--refs", "--", access.Remote], access, GitPlace.None, ct).ConfigureAwait(false);
        IEnumerable<string> names = all.Output.Split('\n').Select(Line.Parse).OfType<Line>().Select(static l => l.Name[(l.Name.IndexOf('/', "refs/".Length) + 1)..]);
        string shortName = reference.StartsWith("refs/", StringComparison.Ordinal) ? reference[(reference.IndexOf('/', "refs/".Length) + 1)..] : reference;
        string hint = Suggestion.Hint(shortName, names) ?? (reference.All(char.IsAsciiHexDigit) ? "a commit is named by its whole id, of 40 digits" : "check branches and tags with git ls-remote");
        return new StepException(EngineCodes.GitReferenceNotFound, $"{remote} has no branch, tag or reference \"{reference}\"", hint);
    }

    // "ID<tab>NAME", or "ref: TARGET<tab>NAME".
    private sealed record Line(string Name, string? Id, string? Target)
    {
        private const string SymbolicPrefix = "ref: ";

        public static Line? Parse(string text) => text.Split('\t') switch
        {
            [var target, var name] when target.StartsWith(SymbolicPrefix, StringComparison.Ordinal) => new Line(name, null, target[SymbolicPrefix.Length..]),
            [var id, var name] when GitLocation.IsCommit(id) => new Line(name, id, null),
            _ => null,
        };
    }
}
