using Caisson.Dockerfile.Remote;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Engine.Planning;
using Caisson.Engine.Sources.Signatures;
using Caisson.Engine.Steps;
using Caisson.Linux.Files;

namespace Caisson.Engine.Sources.Git;

/// <summary>Files of git repositories: pinned by commit, fetched when a step needs them, kept as layers.</summary>
/// <remarks>Like BuildKit's source/git: through the machine's git, with references of the server, a shallow copy in the store, and submodules.</remarks>
/// <param name="parts">What it fetches with.</param>
/// <param name="credentials">What lets us in.</param>
/// <param name="signers">Whose signatures repositories must carry.</param>
internal sealed class GitSource(FetchParts parts, GitCredentials credentials, RequiredSigners signers)
{
    private readonly GitProgram _git = new(parts.Options, Path.Combine(parts.GitPath, "known_hosts"));

    /// <summary>Pins a reference by the commit that it stands for now.</summary>
    /// <param name="source">What is asked for.</param>
    /// <param name="known">What it stands for; null when the repository is to be asked.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StepException">The repository has no such reference, another one than the checksum says, or cannot be asked; or it lacks the signature that it must carry.</exception>
    public async Task<Operation.Git> ResolveAsync(RemoteSource.Git source, GitReference? known, CancellationToken ct)
    {
        GitLocation location = source.Location;
        if (location.Checksum is { } checksum && !checksum.All(char.IsAsciiHexDigit))
            throw new StepException(EngineCodes.BadGitLocation, $"\"{checksum}\" is no commit", "write the beginning of its id: hexadecimal digits");
        GitReference reference = known ?? await FindAsync(location, ct).ConfigureAwait(false);
        if (location.Checksum is { } expected && !Begins(reference.Commit, expected) && !(reference.Tag is { } tag && Begins(tag, expected)))
        {
            string message = $"{RemoteText.Shown(location.Remote)} is at another commit: expected {expected}, got {reference.Commit}";
            throw new StepException(EngineCodes.GitChecksumMismatch, message, location.Reference is null ? "name the branch or tag that the commit is on" : "the reference has moved, or the checksum is of another one");
        }
        Operation.Git pinned = new(location.Remote, reference.Commit)
        {
            Reference = reference.Name,
            Tag = source.KeepsGitDirectory ? reference.Tag : null, // of the files alone, it is no part
            Directory = location.Directory,
            KeepsGitDirectory = source.KeepsGitDirectory,
            TakesSubmodules = location.TakesSubmodules,
        };
        if (signers.Find(location.Remote) is { } keys)
            await CheckAsync(pinned with { Tag = reference.Tag }, keys, ct).ConfigureAwait(false);
        return pinned;
    }

    /// <summary>Fetches a commit and checks it out.</summary>
    /// <exception cref="StepException">The repository does not have it, or cannot be asked.</exception>
    public async Task<Layer> FetchAsync(Operation.Git pinned, CancellationToken ct)
    {
        Directory.CreateDirectory(parts.GitPath);
        GitAccess access = await credentials.FindAsync(pinned.Remote, ct).ConfigureAwait(false);
        using GitRepository repository = await GitRepository.OpenAsync(pinned, access, parts, _git, ct).ConfigureAwait(false);
        if (parts.Layers.Find(pinned) is { } meanwhile)
            return meanwhile;
        await repository.FetchAsync(pinned, ct).ConfigureAwait(false);
        using WorkScope work = parts.Work.Begin("checkout");
        string directory = await new GitCheckout(pinned, access, _git, work).WriteAsync(repository, ct).ConfigureAwait(false);
        return parts.Layers.Publish(pinned, directory);
    }

    // On each build, whatever is in the store: it may have come there without the demand.
    private async Task CheckAsync(Operation.Git pinned, TrustedKeys keys, CancellationToken ct)
    {
        Directory.CreateDirectory(parts.GitPath);
        GitAccess access = await credentials.FindAsync(pinned.Remote, ct).ConfigureAwait(false);
        using GitRepository repository = await GitRepository.OpenAsync(pinned, access, parts, _git, ct).ConfigureAwait(false);
        await repository.FetchAsync(pinned, ct).ConfigureAwait(false);
        await new GitSignatures(_git, new GitPlace(repository.Directory, null), keys).CheckAsync(pinned, ct).ConfigureAwait(false);
    }

    private async Task<GitReference> FindAsync(GitLocation location, CancellationToken ct)
    {
        if (GitLocation.IsCommit(location.Reference))
            return new GitReference(null, location.Reference!, null); // not null: it is a commit
        if (location.FetchesByCommit)
        {
            if (!GitLocation.IsCommit(location.Checksum))
                throw new StepException(EngineCodes.BadGitLocation, "fetch-by-commit needs the whole id of a commit", "write checksum=<40 hexadecimal digits>, or leave fetch-by-commit out");
            return new GitReference(WholeName(location.Reference), location.Checksum!, null); // not null: it is a commit
        }
        GitAccess access = await credentials.FindAsync(location.Remote, ct).ConfigureAwait(false);
        return await GitReference.ResolveAsync(location, access, _git, ct).ConfigureAwait(false);
    }

    private static string? WholeName(string? reference) =>
        reference is null || reference.StartsWith("refs/", StringComparison.Ordinal) ? reference : "refs/heads/" + reference;

    private static bool Begins(string id, string beginning) => id.StartsWith(beginning, StringComparison.OrdinalIgnoreCase);
}
