using Caisson.Engine.Imaging;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Does to a file system what turns another into a third.</summary>
/// <param name="services">What steps work with.</param>
internal sealed class DifferenceStep(StepServices services)
{
    /// <summary>Works out the layer.</summary>
    /// <param name="root">What it is laid over.</param>
    /// <param name="before">The file system that is compared with.</param>
    /// <param name="after">The one that is compared.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public async Task<Layer> ExecuteAsync(FilesystemState root, FilesystemState before, FilesystemState after, CancellationToken ct)
    {
        int shared = 0;
        while (shared < before.Layers.Length && shared < after.Layers.Length && before.Layers[shared].Id == after.Layers[shared].Id)
            shared++;
        MergedTree below = await services.Forms.OpenTreeAsync(root, withContent: false, ct).ConfigureAwait(false);
        MergedTree old = await services.Forms.OpenTreeAsync(before, withContent: true, ct).ConfigureAwait(false);
        MergedTree now = await services.Forms.OpenTreeAsync(after, withContent: true, ct).ConfigureAwait(false);
        ILayerTree[] apart =
        [
            .. await services.Forms.OpenLayersAsync(before, shared, ct).ConfigureAwait(false),
            .. await services.Forms.OpenLayersAsync(after, shared, ct).ConfigureAwait(false),
        ];
        TreeDifference difference = new(old, now, below, path => apart.Any(layer => layer.Find(path) is not null));
        using FileList list = await services.Selector.ListAsync(now, difference.Entries(ct), "", ct).ConfigureAwait(false);
        // All that is read comes from the file system after, from where it stands there.
        IEnumerable<FileEntry> entries = list.Entries().Select(static e => e with { Origin = e.Kind == EntryKind.Whiteout ? FileEntry.NoOrigin : 1 });
        return await CopyStep.MakeLayerAsync(services, entries, [new ContentRoot(now, "", "")], ct).ConfigureAwait(false);
    }
}
