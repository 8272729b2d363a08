using System.Collections.Immutable;
using Caisson.Dockerfile.Remote;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Engine.Planning;
using Caisson.Engine.Sources.Signatures;
using Caisson.Engine.Steps;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Sources.Git;

/// <summary>The tags of a repository that is elsewhere.</summary>
/// <param name="location">Where it is.</param>
/// <param name="parts">What is fetched with.</param>
/// <param name="credentials">What lets us in.</param>
/// <param name="signers">Whose signatures repositories must carry.</param>
internal sealed class RemoteTags(GitLocation location, FetchParts parts, GitCredentials credentials, RequiredSigners signers) : ITaggedRepository
{
    private readonly GitProgram _git = new(parts.Options, Path.Combine(parts.GitPath, "known_hosts"));
    private readonly GitSource _source = new(parts, credentials, signers);

    /// <inheritdoc/>
    public string Address => RemoteText.Shown(location.Remote);

    /// <inheritdoc/>
    public async Task<ImmutableArray<GitTag>> ListAsync(CancellationToken ct)
    {
        Directory.CreateDirectory(parts.GitPath);
        GitAccess access = await credentials.FindAsync(location.Remote, ct).ConfigureAwait(false);
        ProcessResult result = await _git.RunAsync(["ls-remote", "--quiet", "--tags", "--", access.Remote], access, GitPlace.None, ct).ConfigureAwait(false);
        return result.ExitCode == 0 ? [.. GitTag.Read(result.Output)] : throw GitFailure.Explain($"{Address} cannot be asked", result);
    }

    /// <inheritdoc/>
    public async Task<GitTag> FindAsync(string reference, CancellationToken ct)
    {
        Directory.CreateDirectory(parts.GitPath);
        Operation.Git found = await ResolveAsync(reference, ct).ConfigureAwait(false);
        return new GitTag(reference, found.Reference, found.Commit);
    }

    /// <inheritdoc/>
    public async Task PrepareAsync(ImmutableArray<GitTag> tags, CancellationToken ct)
    {
        if (tags.IsEmpty)
            return;
        GitAccess access = await credentials.FindAsync(location.Remote, ct).ConfigureAwait(false);
        using GitRepository repository = await GitRepository.OpenAsync(PinnedOf(tags[0]), access, parts, _git, ct).ConfigureAwait(false);
        await repository.FetchAllAsync([.. tags.Select(PinnedOf)], ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<string?> ReadAsync(GitTag tag, string path, CancellationToken ct)
    {
        GitAccess access = await credentials.FindAsync(location.Remote, ct).ConfigureAwait(false);
        using GitRepository repository = await GitRepository.OpenAsync(PinnedOf(tag), access, parts, _git, ct).ConfigureAwait(false);
        return await repository.ReadTextAsync(tag.Commit, path, ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<string> CheckOutAsync(GitTag tag, CancellationToken ct)
    {
        Operation.Git pinned = await ResolveAsync(tag.Reference ?? tag.Commit, ct).ConfigureAwait(false);
        if (pinned.Commit != tag.Commit)
            throw new StepException(EngineCodes.GitChecksumMismatch, $"{Address} is at another commit: {tag.Name} was {tag.Commit}, and is {pinned.Commit} now", "the tag has moved meanwhile: try again");
        Layer layer = parts.Layers.Find(pinned) ?? await _source.FetchAsync(pinned, ct).ConfigureAwait(false);
        return parts.Store.FindDirectory(layer.Id) ?? throw new InvalidDataException($"layer {layer.Id} is no longer in the store");
    }

    private Task<Operation.Git> ResolveAsync(string reference, CancellationToken ct) =>
        _source.ResolveAsync(new RemoteSource.Git(location with { Reference = reference, Directory = "", Checksum = null }, KeepsGitDirectory: false), known: null, ct);

    private Operation.Git PinnedOf(GitTag tag) => new(location.Remote, tag.Commit) { Reference = tag.Reference };
}
