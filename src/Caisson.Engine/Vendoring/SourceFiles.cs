using Caisson.Engine.Sources;
using Caisson.Engine.Sources.Git;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Vendoring;

/// <summary>The files of a version.</summary>
/// <param name="Directory">Where they are. Nothing is to be changed there.</param>
/// <param name="Version">What it is called: <c>v1.2.3</c>, a branch, a commit; empty for files of no repository.</param>
internal sealed record SourceFiles(string Directory, string Version)
{
    private const int ShortCommitLength = 12;

    /// <summary>The commit that they are of; null for files that are of none, or have been changed since.</summary>
    public string? Commit { get; init; }

    /// <summary>The time that they carry.</summary>
    public FileTime Time { get; init; }

    /// <summary>Says of a path whether it belongs to them; null when all do.</summary>
    public Func<string, bool>? Holds { get; init; }

    /// <summary>The files of a commit.</summary>
    public static async Task<SourceFiles> OfAsync(ITaggedRepository repository, GitTag tag, string version, CancellationToken ct)
    {
        string directory = await repository.CheckOutAsync(tag, ct).ConfigureAwait(false);
        using DirectoryHandle opened = DirectoryHandle.Open(directory);
        string called = version == tag.Commit ? tag.Commit[..ShortCommitLength] : version;
        return new SourceFiles(directory, called) { Commit = tag.Commit, Time = opened.Status().Modified }; // a checkout has the time of its commit
    }

    /// <summary>The files of a directory as they are: of a work tree those that git does not ignore.</summary>
    /// <exception cref="BuildException">There is no such directory.</exception>
    public static async Task<SourceFiles> OfDirectoryAsync(string directory, BuildEngineOptions options, CancellationToken ct)
    {
        if (!System.IO.Directory.Exists(directory))
            throw new BuildException(EngineCodes.VendorSourceUnusable, $"{directory} is no directory", "name the directory of a Go module, or the address of a git repository");
        if (!SourceDate.IsWorkTree(directory))
            return new SourceFiles(directory, "");
        WorkTree tree = new(directory, options);
        FileTime time = await SourceDate.OfNewestCommitAsync(directory, ct).ConfigureAwait(false) ?? default;
        string head = await tree.HeadAsync(ct).ConfigureAwait(false);
        return new SourceFiles(directory, head.Length > ShortCommitLength ? head[..ShortCommitLength] : "") { Time = time, Holds = await tree.FilesAsync(ct).ConfigureAwait(false) };
    }

    // Asks git of a work tree. The repository may be anyone's: what is asked runs nothing that its configuration names.
    private sealed class WorkTree(string directory, BuildEngineOptions options)
    {
        private readonly GitProgram _git = new(options, "/dev/null");

        public async Task<string> HeadAsync(CancellationToken ct) => (await RunAsync(["rev-parse", "--verify", "--quiet", "HEAD"], ct).ConfigureAwait(false)).Output.Trim();

        public async Task<Func<string, bool>?> FilesAsync(CancellationToken ct)
        {
            ProcessResult result = await RunAsync(["ls-files", "-z", "--cached", "--others", "--exclude-standard"], ct).ConfigureAwait(false);
            if (result.ExitCode != 0)
                return null;
            HashSet<string> paths = new(StringComparer.Ordinal);
            HashSet<string> whole = new(StringComparer.Ordinal);
            foreach (string file in result.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries))
            {
                paths.Add(file);
                if (System.IO.Directory.Exists(Path.Combine(directory, file)))
                    whole.Add(file.TrimEnd('/')); // a submodule
                for (int slash = file.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = file.IndexOf('/', slash + 1))
                    paths.Add(file[..slash]);
            }
            return path => paths.Contains(path) || whole.Any(w => path.StartsWith(w + "/", StringComparison.Ordinal));
        }

        private Task<ProcessResult> RunAsync(System.Collections.Immutable.ImmutableArray<string> arguments, CancellationToken ct) =>
            _git.RunAsync(arguments, GitAccess.None, new GitPlace(GitDirectory: null, directory), ct);
    }
}
