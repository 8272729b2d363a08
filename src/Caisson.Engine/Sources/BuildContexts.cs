using System.Collections.Immutable;
using Caisson.Dockerfile.Ignore;
using Caisson.Dockerfile.Remote;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Planning;
using Caisson.Engine.Steps;
using Caisson.Linux.Native;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources;

/// <summary>The build context and the named contexts of one build.</summary>
internal sealed class BuildContexts : IDisposable
{
    /// <summary>The name of the build context itself.</summary>
    public const string MainName = "context";

    private const string ImagePrefix = "docker-image://";
    private const string LayoutPrefix = "oci-layout://";

    private readonly Dictionary<string, SourceTree> _trees = new(StringComparer.Ordinal);
    private readonly ImmutableDictionary<string, string> _named;

    private BuildContexts(ImmutableDictionary<string, string> named) => _named = named;

    /// <summary>The names of the named contexts.</summary>
    public ImmutableArray<string> Names => [.. _named.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The contexts that are directories, by name.</summary>
    public IReadOnlyDictionary<string, SourceTree> Trees => _trees;

    /// <summary>The ignore file of the build context.</summary>
    public IgnoreMatcher Ignore { get; private set; } = IgnoreMatcher.None;

    /// <summary>Opens the directories among the contexts.</summary>
    /// <exception cref="BuildException">One is not there, or its ignore file is wrong.</exception>
    public static BuildContexts Open(BuildRequest request)
    {
        BuildContexts contexts = new(request.NamedContexts);
        try
        {
            contexts.Ignore = IgnoreOf(request);
            contexts._trees.Add(MainName, OpenDirectory(request.Context.Location, "the build context", contexts.Ignore));
            foreach ((string name, string value) in request.NamedContexts)
            {
                if (!value.Contains("://", StringComparison.Ordinal))
                    contexts._trees.Add(name, OpenDirectory(value, $"the named context \"{name}\"", IgnoreMatcher.None));
            }
            return contexts;
        }
        catch
        {
            contexts.Dispose();
            throw;
        }
    }

    /// <summary>What each named context stands for.</summary>
    /// <exception cref="BuildException">One is of a kind that is not known, or its image is not there.</exception>
    public async Task<IReadOnlyDictionary<string, NamedContext>> ResolveAsync(Platform platform, CancellationToken ct)
    {
        Dictionary<string, NamedContext> resolved = new(StringComparer.Ordinal);
        foreach ((string name, string value) in _named)
            resolved.Add(name, await ResolveAsync(name, value, platform, ct).ConfigureAwait(false));
        return resolved;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SourceTree tree in _trees.Values)
            (tree.Tree as IDisposable)?.Dispose();
    }

    private static async Task<NamedContext> ResolveAsync(string name, string value, Platform platform, CancellationToken ct)
    {
        if (!value.Contains("://", StringComparison.Ordinal))
            return new NamedContext.Files(name);
        if (value.StartsWith(ImagePrefix, StringComparison.Ordinal))
        {
            return Reference.TryParse(value[ImagePrefix.Length..], out Reference? reference, out string? problem)
                ? new NamedContext.FromStore(reference)
                : throw new BuildException(EngineCodes.BadReference, $"the named context \"{name}\": {problem}");
        }
        if (value.StartsWith(LayoutPrefix, StringComparison.Ordinal))
            return new NamedContext.Opened(await OpenLayoutAsync(value[LayoutPrefix.Length..], platform, ct).ConfigureAwait(false));
        if (GitLocation.Parse(value, out string? fault) is { } repository)
            return new NamedContext.Remote(new RemoteSource.Git(repository, repository.KeepsGitDirectory ?? false));
        if (fault is not null)
            throw new BuildException(EngineCodes.BadGitLocation, $"the named context \"{name}\" is a git repository, but {fault}");
        if (AddSources.IsWebAddress(value) && Uri.TryCreate(value, UriKind.Absolute, out Uri? address))
            return new NamedContext.Remote(new RemoteSource.Http(address, MainName, Checksum: null));
        throw new BuildException(
            EngineCodes.NotSupported, $"the named context \"{name}\" is \"{value}\", which is not supported yet", "give a directory, docker-image://reference or oci-layout://path:tag");
    }

    // path[:tag][@digest]
    private static async Task<ResolvedImage> OpenLayoutAsync(string value, Platform platform, CancellationToken ct)
    {
        string rest = value;
        Digest? digest = null;
        if (rest.LastIndexOf('@') is int at and > 0 && Digest.TryParse(rest[(at + 1)..], out digest))
            rest = rest[..at];
        string? tag = null;
        if (rest.LastIndexOf(':') is int colon && colon > rest.LastIndexOf('/'))
            (rest, tag) = (rest[..colon], rest[(colon + 1)..]);
        try
        {
            OciLayout layout = await OciLayout.OpenAsync(rest, options: null, ct).ConfigureAwait(false);
            ImageIndex index = await layout.ReadIndexAsync(ct).ConfigureAwait(false);
            Descriptor? named = digest is not null ? index.Manifests.FirstOrDefault(m => m.Digest == digest)
                : tag is not null ? await layout.FindByRefNameAsync(tag, ct).ConfigureAwait(false)
                : null;
            if ((digest is not null || tag is not null) && named is null)
                throw new BuildException(EngineCodes.ImageNotFound, $"the layout {rest} has no image {value[(rest.Length + 1)..]}");
            Image image = named is null ? await layout.GetOnlyImageAsync(platform, ct).ConfigureAwait(false) : await layout.GetImageAsync(named, platform, ct).ConfigureAwait(false);
            return new ResolvedImage(Reference.Parse("oci-layout.invalid/image").WithDigest(image.Descriptor.Digest), image);
        }
        catch (Exception e) when (e is IOException or InvalidImageException)
        {
            throw new BuildException(EngineCodes.ImageNotFound, e.Message, hint: null, e);
        }
    }

    private static SourceTree OpenDirectory(string path, string what, IgnoreMatcher ignore)
    {
        try
        {
            return new SourceTree(new ContextTree(path, ignore), IsContext: true);
        }
        catch (SystemCallException e)
        {
            if (path == "-" || path.Contains("://", StringComparison.Ordinal))
                throw new BuildException(EngineCodes.NotSupported, $"{what} \"{path}\" is no directory; others are not supported yet", "fetch it first, then give its directory", e);
            string reason = e.ErrorNumber == Errno.ENOTDIR ? "it is not a directory" : SystemCallException.Describe(e.ErrorNumber);
            throw new BuildException(EngineCodes.ContextUnreadable, $"{what} {path} cannot be read: {reason}", e.ErrorNumber == Errno.ENOENT ? HintFor(path) : null, e);
        }
    }

    private static string? HintFor(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not { } parent || !Directory.Exists(parent))
            return null;
        IEnumerable<string> neighbours = Directory.GetDirectories(parent).Order(StringComparer.Ordinal).Select(static d => Path.GetFileName(d));
        return Suggestion.Hint(Path.GetFileName(full), neighbours);
    }

    // The ignore file beside the Dockerfile goes before that of the context.
    private static IgnoreMatcher IgnoreOf(BuildRequest request)
    {
        string own = DockerfileText.PathOf(request) + ".dockerignore";
        string path = File.Exists(own) ? own : Path.Combine(request.Context.Location, ".dockerignore");
        if (!File.Exists(path))
            return IgnoreMatcher.None;
        string name = path == own ? own : ".dockerignore";
        IgnoreFile file = IgnoreFile.Parse(SourceText.FromBytes(name, File.ReadAllBytes(path)));
        return file.HasErrors ? throw new BuildException(file.Diagnostics) : file.Matcher;
    }
}
