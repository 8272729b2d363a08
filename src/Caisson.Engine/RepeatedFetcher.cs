using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Engine.Steps;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine;

/// <summary>Files from elsewhere for a build that is done once more: those that the first one took, from its store. Nothing is fetched twice.</summary>
/// <param name="fetcher">The fetcher of the first build.</param>
/// <param name="forms">The forms of its layers.</param>
/// <param name="parts">The store of the second.</param>
internal sealed class RepeatedFetcher(IFetcher fetcher, LayerForms forms, EngineParts parts) : IFetcher
{
    /// <inheritdoc/>
    public Layer? Find(Operation.Fetched pinned) => null;

    /// <inheritdoc/>
    public async Task<Layer> FetchAsync(Operation.Fetched pinned, CancellationToken ct)
    {
        FilesystemState fetched = FilesystemState.Empty.With(await fetcher.FetchAsync(pinned, ct).ConfigureAwait(false));
        using FileList list = await forms.OpenListAsync(fetched, 0, ct).ConfigureAwait(false);
        MergedTree tree = await forms.OpenTreeAsync(fetched, withContent: true, ct).ConfigureAwait(false);
        // What is copied as a whole has the time of its root, of which a layer says nothing.
        IEnumerable<FileEntry> entries = list.Find("") is null && tree.Find("") is { } root ? list.Entries().Prepend(root) : list.Entries();
        LayerId id = new LayerLists(parts.Layers, parts.Work).Publish(entries.Select(static e => e with { Origin = 1 }), ct);
        return new Layer(id, new LayerOrigin.Listed([new ContentRoot(tree, "", "")]));
    }
}
