using System.Collections.Immutable;
using System.Text;
using Caisson.Dockerfile.Remote;
using Caisson.Engine.Graph;
using Caisson.Engine.Planning;
using Caisson.Engine.Steps;
using Caisson.Linux.Files;
using Caisson.Linux.Processes;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources.Git;

/// <summary>What has been fetched of a repository: a bare one in the store, which only grows. One process at a time fetches into it.</summary>
internal sealed class GitRepository : IDisposable
{
    private const string KeptReferences = "refs/caisson/";

    private readonly GitProgram _git;
    private readonly GitAccess _access;
    private readonly FileLock? _lock;

    private GitRepository(string directory, GitProgram git, GitAccess access, FileLock? held)
    {
        Directory = directory;
        _git = git;
        _access = access;
        _lock = held;
    }

    /// <summary>Its directory.</summary>
    public string Directory { get; }

    private GitPlace Place => new(Directory, null);

    /// <summary>Opens what there is of a repository, or begins it, and keeps others out until it is disposed.</summary>
    /// <param name="pinned">What is fetched.</param>
    /// <param name="access">What lets us in.</param>
    /// <param name="parts">What it is fetched with.</param>
    /// <param name="git">The program.</param>
    /// <param name="ct">Gives up waiting.</param>
    public static async Task<GitRepository> OpenAsync(Operation.Git pinned, GitAccess access, FetchParts parts, GitProgram git, CancellationToken ct)
    {
        string format = pinned.Commit.Length == 64 ? "sha256" : "sha1";
        string name = Digest.OfBytes(Encoding.UTF8.GetBytes($"{access.Remote}\n{format}")).Hex;
        string directory = Path.Combine(System.IO.Directory.CreateDirectory(parts.GitPath).FullName, name);
        parts.Work.Claims.AddNew($"cache/git/{name}");
        FileLock held = await FileLock.AcquireAsync(directory + ".lock", parts.Options.Time, ct).ConfigureAwait(false);
        try
        {
            GitRepository repository = new(directory, git, access, held);
            if (!System.IO.Directory.Exists(directory))
                await repository.BeginAsync(parts.Work.NewDirectory("git"), format, ct).ConfigureAwait(false);
            System.IO.Directory.SetLastWriteTimeUtc(directory, parts.Options.Time.GetUtcNow().UtcDateTime);
            return repository;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>A repository of this machine, which is only read.</summary>
    /// <param name="directory">Its directory.</param>
    /// <param name="git">The program.</param>
    public static GitRepository OfMachine(string directory, GitProgram git) => new(directory, git, GitAccess.None, held: null);

    /// <summary>Fetches those commits of a repository that are not here, by the names that they have, all at once.</summary>
    /// <exception cref="StepException">The repository does not have them, or cannot be asked.</exception>
    public async Task FetchAllAsync(ImmutableArray<Operation.Git> pinned, CancellationToken ct)
    {
        List<Operation.Git> missing = [];
        foreach (Operation.Git wanted in pinned)
        {
            if (!await HasAsync(wanted, ct).ConfigureAwait(false))
                missing.Add(wanted);
        }
        if (missing.Count == 0)
            return;
        RemoveLocks();
        IEnumerable<string> references = missing.Select(static m => $"+{m.Reference ?? m.Commit}:{KeptReferences}{m.Commit}");
        await RunAsync(["--depth=1", "--", _access.Remote, .. references], ct).ConfigureAwait(false);
        // What could not be had so is had one by one, by a server that cannot give parts of its history for example.
        foreach (Operation.Git wanted in missing)
            await FetchAsync(wanted, ct).ConfigureAwait(false);
    }

    /// <summary>The text of a file; null when the commit has none there.</summary>
    /// <param name="commit">A commit that is here.</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<string?> ReadTextAsync(string commit, string path, CancellationToken ct)
    {
        ProcessResult result = await _git.RunAsync(["cat-file", "blob", $"{commit}:{path}"], GitAccess.None, Place, ct).ConfigureAwait(false);
        return result.ExitCode == 0 ? result.Output : null;
    }

    /// <summary>Fetches a commit, unless it is here.</summary>
    /// <exception cref="StepException">The repository does not have it, or cannot be asked.</exception>
    public async Task FetchAsync(Operation.Git pinned, CancellationToken ct)
    {
        string wanted = pinned.Tag ?? pinned.Commit;
        string kept = KeptReferences + wanted;
        if (await HasAsync(pinned, ct).ConfigureAwait(false))
            return;
        RemoveLocks();
        // 1. By its id, which every server of today gives. 2. By its name. 3. All there is.
        ProcessResult result = await RunAsync(["--depth=1", "--", _access.Remote, $"+{wanted}:{kept}"], ct).ConfigureAwait(false);
        if (result.ExitCode != 0 && !GitFailure.IsByNameOnly(result))
            throw Failure(pinned, result);
        if (pinned.Reference is { } name && !await HasAsync(pinned, ct).ConfigureAwait(false))
            result = await RunAsync(["--depth=1", "--", _access.Remote, $"+{name}:{kept}"], ct).ConfigureAwait(false);
        if (!await HasAsync(pinned, ct).ConfigureAwait(false))
        {
            string[] whole = File.Exists(Path.Combine(Directory, "shallow")) ? ["--unshallow"] : [];
            result = await RunAsync([.. whole, "--", _access.Remote, $"+refs/heads/*:{KeptReferences}heads/*", $"+refs/tags/*:{KeptReferences}tags/*"], ct).ConfigureAwait(false);
        }
        if (result.ExitCode != 0)
            throw Failure(pinned, result);
        if (!await HasAsync(pinned, ct).ConfigureAwait(false))
            throw new StepException(EngineCodes.GitReferenceNotFound, $"{RemoteText.Shown(pinned.Remote)} has no commit {pinned.Commit}", "is it pushed, and of this repository?");
    }

    /// <summary>The commit that an id stands for: itself, or what a tag of that id points to.</summary>
    public async Task<string> PeelAsync(string id, CancellationToken ct)
    {
        ProcessResult result = await _git.RunAsync(["rev-parse", "--verify", "--quiet", "--end-of-options", id + "^{commit}"], GitAccess.None, Place, ct).ConfigureAwait(false);
        return result.Output.Trim() is var commit && GitLocation.IsCommit(commit) ? commit : throw GitFailure.Explain($"{id} is no commit", result);
    }

    /// <inheritdoc/>
    public void Dispose() => _lock?.Dispose();

    private async Task BeginAsync(string temporary, string format, CancellationToken ct)
    {
        ProcessResult made = await _git.RunAsync(["init", "--quiet", "--bare", "--object-format=" + format, "--", temporary], GitAccess.None, GitPlace.None, ct).ConfigureAwait(false);
        if (made.ExitCode != 0)
            throw GitFailure.Explain("a repository cannot be made in the store", made);
        // Git's own file for people who ask what the repository is.
        await File.WriteAllTextAsync(Path.Combine(temporary, "description"), RemoteText.Shown(_access.Remote), ct).ConfigureAwait(false);
        System.IO.Directory.Move(temporary, Directory);
    }

    private async Task<bool> HasAsync(Operation.Git pinned, CancellationToken ct)
    {
        ImmutableArray<string> wanted = pinned.Tag is null ? [pinned.Commit + "^{commit}"] : [pinned.Commit + "^{commit}", pinned.Tag];
        foreach (string id in wanted)
        {
            ProcessResult result = await _git.RunAsync(["cat-file", "-e", id], GitAccess.None, Place, ct).ConfigureAwait(false);
            if (result.ExitCode != 0)
                return false;
        }
        return true;
    }

    private Task<ProcessResult> RunAsync(ImmutableArray<string> arguments, CancellationToken ct) =>
        _git.RunAsync(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--force", .. arguments], _access, Place, ct);

    private static StepException Failure(Operation.Git pinned, ProcessResult result) =>
        GitFailure.Explain($"{RemoteText.Shown(pinned.Remote)} cannot be fetched", result);

    // Those of a killed process: no one else is at work here.
    private void RemoveLocks()
    {
        foreach (string file in System.IO.Directory.GetFiles(Directory, "*.lock", SearchOption.AllDirectories))
            File.Delete(file);
    }
}
