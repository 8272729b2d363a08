using System.Collections.Immutable;
using System.Globalization;
using Caisson.Engine.Sources.Git;

namespace Caisson.Engine.Vendoring;

/// <summary>Looks through the versions of a repository, newest first, for the one that a toolchain supports with all that it depends on.</summary>
/// <param name="repository">The repository.</param>
/// <param name="moduleDirectory">Where the module is in it: its tags have that before them (<c>sub/v1.2.3</c>).</param>
/// <param name="fit">The toolchain.</param>
/// <param name="say">Takes a line for each version that does not fit.</param>
internal sealed class VersionChoice(ITaggedRepository repository, string moduleDirectory, GoFit fit, Action<string> say)
{
    private const int FirstBatch = 4;
    private const int MaxBatch = 64;
    private const int ShownReasons = 12;

    private readonly List<string> _reasons = [];

    /// <summary>Chooses.</summary>
    /// <param name="takesCandidates">Whether versions before a release are looked at.</param>
    /// <param name="examine">Works out whether the dependencies of a version fit: why not, or the version.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">No version fits, or there is none.</exception>
    public async Task<Candidate> ChooseAsync(bool takesCandidates, Func<SourceFiles, Task<(Candidate? Fitting, string? Reason)>> examine, CancellationToken ct)
    {
        ImmutableArray<(GitTag Tag, SemanticVersion Version)> versions = await ListAsync(takesCandidates, ct).ConfigureAwait(false);
        ImmutableArray<GoModFile.Retraction> retracted = [];
        int batch = FirstBatch;
        for (int at = 0, prepared = 0; at < versions.Length; at++)
        {
            if (at == prepared)
            {
                ImmutableArray<(GitTag Tag, SemanticVersion Version)> next = [.. versions.Skip(at).Take(batch)];
                await repository.PrepareAsync([.. next.Select(static n => n.Tag)], ct).ConfigureAwait(false);
                prepared += next.Length;
                batch = Math.Min(batch * 4, MaxBatch);
            }
            (GitTag tag, SemanticVersion version) = versions[at];
            (GoModFile? module, string? problem) = await ReadAsync(tag, ct).ConfigureAwait(false);
            // What the newest version says was taken back.
            if (at == 0 && module is not null)
                retracted = module.Retractions;
            string? reason = retracted.FirstOrDefault(r => r.Holds(version)) is { } taken ? $"it was taken back{(taken.Reason.Length > 0 ? ": " + taken.Reason : "")}" : module is null ? problem : fit.Check(module);
            Candidate? fitting = null;
            if (reason is null)
                (fitting, reason) = await examine(await SourceFiles.OfAsync(repository, tag, version.Text, ct).ConfigureAwait(false)).ConfigureAwait(false);
            if (fitting is not null)
                return fitting;
            Note(tag, reason ?? "");
        }
        string shown = string.Join("; ", _reasons.Take(ShownReasons)) + (_reasons.Count > ShownReasons ? string.Create(CultureInfo.InvariantCulture, $"; and {_reasons.Count - ShownReasons} more") : "");
        throw new BuildException(EngineCodes.NoFittingVersion, $"the toolchain supports no version: {shown}", "name a newer toolchain; or a version with --ref, and --allow-newer-go where a toolchain before 1.21 is to try");
    }

    private async Task<ImmutableArray<(GitTag Tag, SemanticVersion Version)>> ListAsync(bool takesCandidates, CancellationToken ct)
    {
        string prefix = moduleDirectory.Length == 0 ? "" : moduleDirectory + "/";
        ImmutableArray<GitTag> tags = await repository.ListAsync(ct).ConfigureAwait(false);
        List<(GitTag Tag, SemanticVersion Version)> versions = [];
        int candidates = 0;
        foreach (GitTag tag in tags)
        {
            if (!tag.Name.StartsWith(prefix, StringComparison.Ordinal) || !SemanticVersion.TryParse(tag.Name[prefix.Length..], out SemanticVersion? version))
                continue; // one that names no version
            if (version.IsCandidate && !takesCandidates)
                candidates++;
            else
                versions.Add((tag, version));
        }
        if (versions.Count > 0)
            return [.. versions.OrderByDescending(static v => v.Version).ThenBy(static v => v.Tag.Name, StringComparer.Ordinal)];
        string have = candidates > 0 ? "only versions before a release" : tags.IsEmpty ? "no tags" : string.Create(CultureInfo.InvariantCulture, $"{tags.Length} tags, of which none names a version such as {prefix}v1.2.3");
        throw new BuildException(EngineCodes.NoVersions, $"{repository.Address ?? "the repository"} has {have}", candidates > 0 ? "take them with --pre-releases" : "name a tag, a branch or a commit with --ref");
    }

    private async Task<(GoModFile? Module, string? Problem)> ReadAsync(GitTag tag, CancellationToken ct)
    {
        string path = moduleDirectory.Length == 0 ? "go.mod" : moduleDirectory + "/go.mod";
        if (await repository.ReadAsync(tag, path, ct).ConfigureAwait(false) is not { } text)
            return (null, "it has no go.mod");
        GoModFile? module = GoModReader.Read(text, out string? problem);
        return (module, module is null ? $"its go.mod cannot be read: {problem}" : null);
    }

    private void Note(GitTag tag, string reason)
    {
        _reasons.Add($"{tag.Name}: {reason}");
        say($"{tag.Name}: {reason}");
    }
}
