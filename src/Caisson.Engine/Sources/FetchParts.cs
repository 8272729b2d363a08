using Caisson.Engine.Sources.Http;
using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;
using Caisson.Oci.Web;

namespace Caisson.Engine.Sources;

/// <summary>What is fetched with, shared by builds.</summary>
internal sealed class FetchParts : IDisposable
{
    /// <summary>Puts them together.</summary>
    /// <param name="options">What the engine takes from its surroundings.</param>
    /// <param name="layers">The layers on disk.</param>
    /// <param name="work">For what is being made.</param>
    public FetchParts(BuildEngineOptions options, LayerStore layers, WorkArea work)
    {
        Options = options;
        Work = work;
        Store = layers;
        Layers = new FetchedLayers(layers);
        Web = new WebFiles(options.Registry);
        Passage = new WebPassage(options.Registry);
        HttpRecords = new HttpRecords(Path.Combine(options.StatePath, "cache", "http"), work);
    }

    private FetchParts(FetchParts shared, Digest seal)
    {
        Options = shared.Options;
        Work = shared.Work;
        Store = shared.Store;
        Layers = new FetchedLayers(shared.Store, seal);
        Web = shared.Web;
        Passage = shared.Passage;
        HttpRecords = shared.HttpRecords;
    }

    /// <summary>What the engine takes from its surroundings.</summary>
    public BuildEngineOptions Options { get; }

    /// <summary>For what is being made.</summary>
    public WorkArea Work { get; }

    /// <summary>The layers on disk.</summary>
    public LayerStore Store { get; }

    /// <summary>The layers of what was fetched.</summary>
    public FetchedLayers Layers { get; }

    /// <summary>The web.</summary>
    public WebFiles Web { get; }

    /// <summary>The way of steps to the web.</summary>
    public WebPassage Passage { get; }

    /// <summary>What addresses gave.</summary>
    public HttpRecords HttpRecords { get; }

    /// <summary>Where repositories are.</summary>
    public string GitPath => Path.Combine(Options.StatePath, "cache", "git");

    /// <summary>The same for a build whose files came with a bundle. Lives as long as this.</summary>
    public FetchParts SealedBy(Digest bundle) => new(this, bundle);

    /// <inheritdoc/>
    public void Dispose()
    {
        Web.Dispose();
        Passage.Dispose();
    }
}
