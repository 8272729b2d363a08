using System.Collections.Immutable;
using Caisson.Dockerfile.Remote;
using Caisson.Engine.Graph;
using Caisson.Engine.Steps;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Sources.Git;

/// <summary>The tags of a repository of this machine. Nothing in it is changed, and nothing fetched but its submodules.</summary>
/// <param name="directory">The top of its work tree, or the repository itself when it is bare.</param>
/// <param name="parts">What files are checked out with.</param>
internal sealed class LocalTags(string directory, FetchParts parts) : ITaggedRepository
{
    private readonly GitProgram _git = new(parts.Options, Path.Combine(parts.GitPath, "known_hosts"));
    private GitRepository? _opened;

    /// <inheritdoc/>
    public string? Address => null;

    /// <summary>Whether a directory is a repository: the top of a work tree, or a bare one.</summary>
    public static bool IsRepository(string directory) =>
        SourceDate.IsWorkTree(directory) || (File.Exists(Path.Combine(directory, "HEAD")) && Directory.Exists(Path.Combine(directory, "objects")));

    /// <inheritdoc/>
    public async Task<ImmutableArray<GitTag>> ListAsync(CancellationToken ct)
    {
        ProcessResult result = await RunAsync(["show-ref", "--tags", "--dereference"], ct).ConfigureAwait(false);
        return [.. GitTag.Read(result.Output)]; // it fails when there is none
    }

    /// <inheritdoc/>
    public async Task<GitTag> FindAsync(string reference, CancellationToken ct)
    {
        ProcessResult result = await RunAsync(["rev-parse", "--verify", "--quiet", "--end-of-options", reference + "^{commit}"], ct).ConfigureAwait(false);
        string commit = result.Output.Trim().Split('\n')[^1];
        return GitLocation.IsCommit(commit)
            ? new GitTag(reference, Reference: null, commit)
            : throw new StepException(EngineCodes.GitReferenceNotFound, $"{directory} has no branch, tag or reference \"{reference}\"", "git tag lists its tags");
    }

    /// <inheritdoc/>
    public Task PrepareAsync(ImmutableArray<GitTag> tags, CancellationToken ct) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<string?> ReadAsync(GitTag tag, string path, CancellationToken ct) =>
        await (await OpenAsync(ct).ConfigureAwait(false)).ReadTextAsync(tag.Commit, path, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<string> CheckOutAsync(GitTag tag, CancellationToken ct)
    {
        GitRepository repository = await OpenAsync(ct).ConfigureAwait(false);
        Operation.Git pinned = new(directory, tag.Commit) { TakesSubmodules = true };
        return await new GitCheckout(pinned, new GitAccess { Remote = directory }, _git, parts.Work).WriteAsync(repository, ct).ConfigureAwait(false);
    }

    private async Task<GitRepository> OpenAsync(CancellationToken ct)
    {
        if (_opened is not null)
            return _opened;
        ProcessResult result = await RunAsync(["rev-parse", "--path-format=absolute", "--git-common-dir"], ct).ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw GitFailure.Explain($"{directory} cannot be read", result);
        return _opened = GitRepository.OfMachine(result.Output.TrimEnd('\n'), _git);
    }

    private Task<ProcessResult> RunAsync(ImmutableArray<string> arguments, CancellationToken ct) => _git.RunAsync(arguments, GitAccess.None, new GitPlace(GitDirectory, directory), ct);

    // A work tree's is found by git; a bare repository is its own.
    private string? GitDirectory => SourceDate.IsWorkTree(directory) ? null : directory;
}
