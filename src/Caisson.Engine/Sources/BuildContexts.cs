using System.Collections.Immutable;
using Caisson.Dockerfile.Ignore;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Engine.Planning;
using Caisson.Engine.Sources.Contexts;
using Caisson.Engine.Steps;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;

namespace Caisson.Engine.Sources;

/// <summary>The build context, the Dockerfile, and the named contexts of one build.</summary>
internal sealed class BuildContexts : IDisposable
{
    /// <summary>The name of the build context itself.</summary>
    public const string MainName = "context";

    private readonly Dictionary<string, SourceTree> _trees = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IgnoreMatcher> _ignores = new(StringComparer.Ordinal);
    private readonly ImmutableDictionary<string, string> _named;
    private readonly SealedInputs? _given;

    private BuildContexts(BuildRequest request, MainContext main, SourceText dockerfile, SealedInputs? given)
    {
        _named = request.NamedContexts;
        _given = given;
        Main = main;
        Dockerfile = dockerfile;
        if (main.Tree is { } tree)
            _trees.Add(MainName, request.Bundle is null ? tree : Watched(tree));
    }

    /// <summary>The build context.</summary>
    public MainContext Main { get; }

    /// <summary>The Dockerfile.</summary>
    public SourceText Dockerfile { get; }

    /// <summary>The ignore file of the build context.</summary>
    public IgnoreMatcher Ignore => Main.Ignore;

    /// <summary>The names of the named contexts.</summary>
    public ImmutableArray<string> Names => [.. _named.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The contexts whose files steps take as they are, by name.</summary>
    public IReadOnlyDictionary<string, SourceTree> Trees => _trees;

    /// <summary>The time of the image, when it was recorded; else null.</summary>
    public FileTime? Time => _given?.Time;

    /// <summary>The path of a named context that is a directory.</summary>
    public string PathOf(string name) => _named[name];

    /// <summary>Whether the build context and the Dockerfile are at hand: files of this machine, or a Dockerfile on standard input for a directory.</summary>
    /// <exception cref="BuildException">The location of the context begins like an address and is none.</exception>
    public static bool AreLocal(BuildRequest request) =>
        MainContexts.Locate(request) is ContextLocation.LocalDirectory && !(request.DockerfilePath is { } path && AddSources.IsWebAddress(path));

    /// <summary>Opens the build context, reads the Dockerfile, and opens the directories among the named contexts.</summary>
    /// <param name="request">The build.</param>
    /// <param name="sources">What the others are opened with; null where they <see cref="AreLocal"/>.</param>
    /// <param name="storePath">The store, which contexts are shown without.</param>
    /// <param name="given">What was recorded, which goes in the place of the user's files; null for those.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">One is not there or cannot be had, or its ignore file is wrong.</exception>
    public static async Task<BuildContexts> OpenAsync(BuildRequest request, ContextSources? sources, string storePath, SealedInputs? given, CancellationToken ct)
    {
        MainContexts mains = new(request, sources, storePath);
        MainContext main = given is null ? await mains.OpenAsync(ct).ConfigureAwait(false) : await mains.OpenAsync(given, ct).ConfigureAwait(false);
        try
        {
            SourceText dockerfile = await DockerfileText.ReadAsync(request, main, sources?.Remote, ct).ConfigureAwait(false);
            BuildContexts contexts = new(request, main, dockerfile, given);
            contexts.OpenDirectories(request, storePath, sources?.Stats);
            return contexts;
        }
        catch
        {
            main.Dispose();
            throw;
        }
    }

    /// <summary>What each named context stands for.</summary>
    /// <exception cref="BuildException">One is of a kind that is not known.</exception>
    public IReadOnlyDictionary<string, NamedContext> ReadNamed()
    {
        Dictionary<string, NamedContext> named = new(StringComparer.Ordinal);
        foreach ((string name, string value) in _named)
        {
            // Of this machine nothing is taken in the place of what was recorded.
            if (_given is not null && !_trees.ContainsKey(name) && FindLayout(name) is null && NamedContexts.IsLayout(value))
                throw new BuildException(EngineCodes.BadBundle, $"{NamedContexts.What(name)} is a layout, and the bundle does not hold its image", "get the bundle again from where it was made");
            named.Add(name, _trees.ContainsKey(name) ? new NamedContext.Files(name) : FindLayout(name) ?? NamedContexts.Read(name, value));
        }
        return named;
    }

    /// <summary>Brings the files that plans take of contexts that are elsewhere.</summary>
    /// <param name="files">Brings them.</param>
    /// <param name="results">What is planned.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">They cannot be had.</exception>
    public async Task FillAsync(IContextFiles files, IEnumerable<Node> results, CancellationToken ct)
    {
        try
        {
            await Task.WhenAll(ContextNeeds.Of(results).Select(need =>
            {
                IgnoreMatcher ignore = need.Key == MainName ? Main.Ignore : _ignores.GetValueOrDefault(need.Key, IgnoreMatcher.None);
                ContextTree? tree = (need.Key == MainName ? Main.Tree : _trees.GetValueOrDefault(need.Key))?.Tree as ContextTree;
                return files.FillAsync(need.Key, [.. ignore.Patterns.Select(static p => p.ToString())], need.Value, (status, content) => tree?.Remember(status, content), ct);
            })).ConfigureAwait(false);
        }
        catch (IOException e) when (!SystemCallException.SaysDiskFull(e))
        {
            throw new BuildException(EngineCodes.ContextUnreadable, $"the files of the build context cannot be had: {e.Message}", "whoever gives them has to be there until the build ends", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SourceTree tree in _trees.Where(static t => t.Key != MainName).Select(static t => t.Value))
            (tree.Tree as IDisposable)?.Dispose();
        foreach (UnpackedArchive archive in _given?.Contexts.Values ?? [])
            archive.Dispose();
        Main.Dispose();
    }

    private void OpenDirectories(BuildRequest request, string storePath, StatCaches? caches)
    {
        foreach ((string name, string value) in _named)
        {
            if (_given is not null)
            {
                if (_given.Contexts.TryGetValue(name, out UnpackedArchive? archive))
                    _trees.Add(name, new SourceTree(new ArchiveContextTree(archive), IsContext: true));
                continue;
            }
            if (!NamedContexts.IsDirectory(name, value))
                continue;
            IgnoreMatcher ignore = request.ContextFiles is { } files ? ContextDirectory.IgnoreOf(files, name) : ContextDirectory.IgnoreOf(value);
            _ignores[name] = ignore;
            SourceTree tree = ContextDirectory.Open(value, NamedContexts.What(name), ignore, storePath, caches);
            _trees.Add(name, request.Bundle is null ? tree : Watched(tree));
        }
    }

    private static SourceTree Watched(SourceTree tree) => tree with { Tree = new WatchedContext(tree.Tree) };

    private NamedContext.FromLayout? FindLayout(string name) => _given?.Layouts.Keys.Any(k => k.Context == name) != true ? null : new NamedContext.FromLayout((platform, _) =>
        _given.Layouts.TryGetValue((name, platform.ToString()), out Image? image)
            ? Task.FromResult(LayoutContext.Resolved(image))
            : throw new BuildException(EngineCodes.ImageNotFound, $"{NamedContexts.What(name)} was recorded without an image for {platform}"));
}
