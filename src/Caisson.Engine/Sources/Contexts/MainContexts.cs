using System.Diagnostics;
using System.Globalization;
using Caisson.Dockerfile.Ignore;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Engine.Planning;
using Caisson.Engine.Steps;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Web;

namespace Caisson.Engine.Sources.Contexts;

/// <summary>Opens build contexts of every kind.</summary>
/// <remarks>As <c>docker buildx build</c> and BuildKit's frontend/dockerui do; the archive in a local file is ours. Ignore files are for local directories only.</remarks>
/// <param name="request">The build.</param>
/// <param name="sources">What contexts from elsewhere are opened with; null where there are none.</param>
/// <param name="storePath">The store, which local directories are shown without.</param>
internal sealed class MainContexts(BuildRequest request, ContextSources? sources, string storePath)
{
    private const string What = "the build context";
    private const string KeepGitArgument = "BUILDKIT_CONTEXT_KEEP_GIT_DIR";

    private ContextSources Sources => sources ?? throw new UnreachableException("what is elsewhere is opened with its sources");

    /// <summary>What the location of a build's context stands for.</summary>
    /// <exception cref="BuildException">It begins like an address and is none.</exception>
    public static ContextLocation Locate(BuildRequest request) =>
        request.Context.IsDirectory ? new ContextLocation.LocalDirectory(request.Context.Location) : ContextLocation.Parse(request.Context.Location, What);

    /// <summary>Opens that of the build.</summary>
    /// <exception cref="BuildException">It is not there, or nothing that a build can be made from.</exception>
    /// <exception cref="StepException">It is elsewhere, and cannot be had.</exception>
    public async Task<MainContext> OpenAsync(CancellationToken ct)
    {
        ContextLocation location = Locate(request);
        return location switch
        {
            ContextLocation.LocalDirectory directory => OpenDirectory(directory.Path),
            ContextLocation.Repository repository => await OpenRepositoryAsync(repository, ct).ConfigureAwait(false),
            ContextLocation.WebFile file => await OpenWebFileAsync(file.Address, ct).ConfigureAwait(false),
            ContextLocation.LocalFile file => await OpenFileAsync(new FileContext(file.Path, file.Path), ct).ConfigureAwait(false),
            ContextLocation.StandardInput => await OpenInputAsync(ct).ConfigureAwait(false),
            _ => throw new UnreachableException(location.GetType().Name),
        };
    }

    /// <summary>Opens that of a build which is repeated.</summary>
    /// <exception cref="StepException">It is elsewhere, and was not recorded.</exception>
    public async Task<MainContext> OpenAsync(SealedInputs given, CancellationToken ct)
    {
        if (given.Contexts.TryGetValue(BuildContexts.MainName, out UnpackedArchive? files))
        {
            SourceTree tree = new(new ArchiveContextTree(files), IsContext: true);
            return new MainContext { Operation = new Operation.Context(BuildContexts.MainName), Files = files, Tree = tree, Dockerfile = given.Dockerfile };
        }
        return Locate(request) is ContextLocation.Repository or ContextLocation.WebFile
            ? await OpenAsync(ct).ConfigureAwait(false) with { Dockerfile = given.Dockerfile }
            : new MainContext { Operation = new Operation.Scratch(), Files = EmptyTree.Instance, Dockerfile = given.Dockerfile };
    }

    private MainContext OpenDirectory(string path)
    {
        IgnoreMatcher ignore = request.ContextFiles is { } files ? ContextDirectory.IgnoreOf(files, BuildContexts.MainName) : ContextDirectory.IgnoreOf(path, DockerfileText.LocalPathOf(request));
        SourceTree tree = ContextDirectory.Open(path, What, ignore, storePath, sources?.Stats);
        return new MainContext { Operation = new Operation.Context(BuildContexts.MainName), Files = tree.Tree, Tree = tree, Ignore = ignore, Owned = tree.Tree as IDisposable, DirectoryPath = request.ContextFiles is null ? path : null };
    }

    private async Task<MainContext> OpenRepositoryAsync(ContextLocation.Repository repository, CancellationToken ct)
    {
        bool keeps = repository.Location.KeepsGitDirectory == true || request.Asks(KeepGitArgument);
        Operation.Fetched pinned = await Sources.Remote.ResolveAsync(new RemoteSource.Git(repository.Location, keeps), ct).ConfigureAwait(false);
        DirectoryTree files = await OpenFetchedAsync(pinned, ct).ConfigureAwait(false);
        // A checkout has the time of its commit.
        return new MainContext { Operation = pinned, Pinned = pinned, Files = new MergedTree([files]), Owned = files, Time = files.Find("")?.Modified };
    }

    private async Task<MainContext> OpenWebFileAsync(Uri address, CancellationToken ct)
    {
        Operation.Fetched pinned = await Sources.Remote.ResolveAsync(new RemoteSource.Http(address, BuildContexts.MainName, Checksum: null), ct).ConfigureAwait(false);
        DirectoryTree files = await OpenFetchedAsync(pinned, ct).ConfigureAwait(false);
        FileTime? time = files.Find(BuildContexts.MainName)?.Modified is { Seconds: not 0 } said ? said : null;
        FileContext file = new(Path.Combine(await Sources.Remote.GetDirectoryAsync(pinned, ct).ConfigureAwait(false), BuildContexts.MainName), WebFiles.Shown(address));
        MainContext context = await OpenFileAsync(file, ct).ConfigureAwait(false);
        if (context.Dockerfile is null)
        {
            files.Dispose();
            return context with { Pinned = pinned, Time = time ?? context.Time };
        }
        // The context of a Dockerfile in the web is that file.
        return context with { Operation = pinned, Pinned = pinned, Files = new MergedTree([files]), Owned = files, Time = time };
    }

    private async Task<MainContext> OpenInputAsync(CancellationToken ct)
    {
        if (request.DockerfilePath == BuildContext.StandardInput)
            throw new BuildException(EngineCodes.StandardInputTwice, "standard input cannot be the build context and the Dockerfile", "put the Dockerfile into the archive, or give the context as a directory");
        using WorkScope work = Sources.Work.Begin("input");
        string file = work.NewPath("input");
        FileStream spooled = new(file, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        await using (spooled.ConfigureAwait(false))
            await (request.StandardInput ?? Stream.Null).CopyToAsync(spooled, ct).ConfigureAwait(false);
        if (new FileInfo(file).Length == 0)
            throw new BuildException(EngineCodes.StandardInputTwice, "there is nothing on standard input", "pipe an archive (tar -c . | caisson build -) or a Dockerfile into the command; a directory is given by its path");
        return await OpenFileAsync(new FileContext(file, "standard input"), ct).ConfigureAwait(false);
    }

    private async Task<MainContext> OpenFileAsync(FileContext file, CancellationToken ct)
    {
        if (await file.UnpackAsync(Sources.Work, ct).ConfigureAwait(false) is { } unpacked)
        {
            ArchiveContextTree shown = request.Context.IsClassic ? new(unpacked, HiddenOf(unpacked)) { IsOwnedByRoot = true } : new(unpacked);
            SourceTree tree = new(shown, IsContext: true);
            return new MainContext { Operation = new Operation.Context(BuildContexts.MainName), Files = unpacked, Tree = tree, Owned = unpacked, Time = FileContext.NewestOf(unpacked) };
        }
        SourceText text = file.ReadText();
        if (request.DockerfilePath is { } other)
        {
            string message = string.Create(CultureInfo.InvariantCulture, $"{What} ({file.Name}) is a Dockerfile, and -f names another one ({other})");
            throw new BuildException(EngineCodes.TwoDockerfiles, message, "leave one of them out; with -f -, the context is a directory, a repository or an archive");
        }
        return new MainContext { Operation = new Operation.Scratch(), Files = EmptyTree.Instance, Dockerfile = text };
    }

    // moby, daemon/builder/remotecontext/detect.go: of an archive, these two alone.
    private Dictionary<string, IgnorePattern> HiddenOf(UnpackedArchive files)
    {
        Dictionary<string, IgnorePattern> hidden = new(StringComparer.Ordinal);
        IgnoreMatcher ignore = ContextDirectory.IgnoreOf(files);
        foreach (string path in (string[])[ContextDirectory.IgnoreName, EntryPath.Clean(request.DockerfilePath ?? DockerfileText.DefaultName)])
        {
            if (ignore.Judge(path) is { IsIgnored: true, DecidedBy: { } pattern })
                hidden[path] = pattern;
        }
        return hidden;
    }

    private async Task<DirectoryTree> OpenFetchedAsync(Operation.Fetched pinned, CancellationToken ct) =>
        new(await Sources.Remote.GetDirectoryAsync(pinned, ct).ConfigureAwait(false), Sources.Layers.Marks);
}
