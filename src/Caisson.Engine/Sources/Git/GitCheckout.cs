using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Engine.Planning;
using Caisson.Engine.Steps;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Sources.Git;

/// <summary>
/// Writes the files of a commit into a directory: with modes that no umask changes, with the time of the commit, without <c>.git</c> unless it is asked for. The same
/// commit gives the same bytes, a kept <c>.git</c> among them.
/// </summary>
internal sealed class GitCheckout
{
    private const string Dot = ".git";

    private readonly Operation.Git _pinned;
    private readonly GitProgram _git;
    private readonly GitAccess _access;
    private readonly string _workTree;
    private readonly string _gitDirectory;

    /// <summary>Prepares a checkout.</summary>
    /// <param name="pinned">What is checked out.</param>
    /// <param name="access">What lets us in: to submodules as well.</param>
    /// <param name="git">The program.</param>
    /// <param name="work">For the files.</param>
    public GitCheckout(Operation.Git pinned, GitAccess access, GitProgram git, WorkPlace work)
    {
        _pinned = pinned;
        _access = access;
        _git = git;
        _workTree = work.NewDirectory("checkout");
        _gitDirectory = KeepsGitDirectory ? Path.Combine(_workTree, Dot) : work.NewPath("checkout-git");
    }

    // As in BuildKit, a part of a repository has none.
    private bool KeepsGitDirectory => _pinned is { KeepsGitDirectory: true, Directory: "" };

    private GitPlace Place => new(_gitDirectory, _workTree);

    /// <summary>Writes the files.</summary>
    /// <param name="repository">Where the commit is.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The directory.</returns>
    /// <exception cref="StepException">The commit cannot be checked out, has no such directory, or its submodules cannot be fetched.</exception>
    public async Task<string> WriteAsync(GitRepository repository, CancellationToken ct)
    {
        string commit = await repository.PeelAsync(_pinned.Commit, ct).ConfigureAwait(false);
        await BeginAsync(repository, commit, ct).ConfigureAwait(false);
        await RunAsync(["read-tree", "--reset", "-u", commit], ct).ConfigureAwait(false);
        if (_pinned.TakesSubmodules && File.Exists(Path.Combine(_workTree, ".gitmodules")))
            await TakeSubmodulesAsync(ct).ConfigureAwait(false);
        FileTime time = await TimeOfAsync(commit, ct).ConfigureAwait(false);
        if (KeepsGitDirectory)
            await CompleteGitDirectoryAsync(commit, ct).ConfigureAwait(false);
        string directory = _pinned.Directory.Length == 0 ? _workTree : TakeDirectory();
        CheckoutTree.Settle(directory, time, KeepsGitDirectory);
        if (!KeepsGitDirectory)
            DirectoryRemoval.Remove(_gitDirectory);
        return directory;
    }

    // A repository of its own, which borrows the objects: nothing that is done here changes the one in the store.
    private async Task BeginAsync(GitRepository repository, string commit, CancellationToken ct)
    {
        string format = commit.Length == 64 ? "sha256" : "sha1";
        await RunAsync(["init", "--quiet", "--object-format=" + format], ct).ConfigureAwait(false);
        await File.WriteAllTextAsync(PathIn("objects/info/alternates"), Path.Combine(repository.Directory, "objects") + "\n", ct).ConfigureAwait(false);
        await File.WriteAllTextAsync(PathIn("shallow"), commit + "\n", ct).ConfigureAwait(false);
        await RunAsync(["config", "remote.origin.url", _access.Remote], ct).ConfigureAwait(false); // what addresses of submodules are relative to
        await RunAsync(["config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"], ct).ConfigureAwait(false);
        await RunAsync(["update-ref", "--no-deref", "HEAD", commit], ct).ConfigureAwait(false);
        if (KeepsGitDirectory && _pinned.Reference is { } name)
            await RunAsync(["update-ref", "--no-deref", name, _pinned.Tag ?? commit], ct).ConfigureAwait(false);
    }

    private async Task TakeSubmodulesAsync(CancellationToken ct)
    {
        ImmutableArray<string> update = ["submodule", "--quiet", "update", "--init", "--recursive"];
        ProcessResult result = await _git.RunAsync([.. update, "--depth=1"], _access, Place, ct).ConfigureAwait(false);
        if (result.ExitCode != 0 && GitFailure.IsByNameOnly(result))
            result = await _git.RunAsync(update, _access, Place, ct).ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw GitFailure.Explain($"the submodules of {RemoteText.Shown(_pinned.Remote)} cannot be fetched", result, EngineCodes.GitSubmodulesFailed);
    }

    private async Task<FileTime> TimeOfAsync(string commit, CancellationToken ct)
    {
        ProcessResult result = await RunAsync(["cat-file", "commit", commit], ct).ConfigureAwait(false);
        return SourceDate.OfCommit(result.Output) ?? default;
    }

    // What it borrowed becomes its own. The index holds no times or numbers of this machine's files.
    private async Task CompleteGitDirectoryAsync(string commit, CancellationToken ct)
    {
        await RunAsync(["repack", "--quiet", "-a", "-d", "-F"], ct).ConfigureAwait(false);
        File.Delete(PathIn("objects/info/alternates"));
        File.Delete(PathIn("index"));
        File.Delete(PathIn("FETCH_HEAD"));
        await RunAsync(["read-tree", commit], ct).ConfigureAwait(false);
    }

    private string TakeDirectory()
    {
        string whole = _workTree + "-part";
        string missing = $"{RemoteText.Shown(_pinned.Remote)} has no directory \"{_pinned.Directory}\" at {_pinned.Commit[..12]}";
        using DirectoryHandle root = DirectoryHandle.Open(_workTree);
        string parent = _pinned.Directory.Contains('/', StringComparison.Ordinal) ? _pinned.Directory[.._pinned.Directory.LastIndexOf('/')] : "";
        string name = _pinned.Directory[(_pinned.Directory.LastIndexOf('/') + 1)..];
        using DirectoryHandle? above = OpenDirectory(root, parent);
        if (above?.TryStatus(name) is not { IsDirectory: true })
            throw new StepException(EngineCodes.GitDirectoryNotFound, missing, above is null ? null : Suggestion.Hint(name, above.List().Where(static n => n != Dot)));
        using DirectoryHandle target = DirectoryHandle.Open(Path.GetDirectoryName(whole) ?? "/");
        above.Rename(name, target, Path.GetFileName(whole));
        return whole;
    }

    // Through directories only: a link of a hostile repository leads nowhere.
    private static DirectoryHandle? OpenDirectory(DirectoryHandle root, string path)
    {
        try
        {
            return root.TryOpenDirectory(path);
        }
        catch (SystemCallException e) when (e.ErrorNumber is Errno.ELOOP or Errno.ENOTDIR or Errno.EXDEV)
        {
            return null;
        }
    }

    private async Task<ProcessResult> RunAsync(ImmutableArray<string> arguments, CancellationToken ct)
    {
        ProcessResult result = await _git.RunAsync(arguments, GitAccess.None, Place, ct).ConfigureAwait(false);
        return result.ExitCode == 0 ? result : throw GitFailure.Explain($"{RemoteText.Shown(_pinned.Remote)} cannot be checked out", result);
    }

    private string PathIn(string path) => Path.Combine(_gitDirectory, path);
}
