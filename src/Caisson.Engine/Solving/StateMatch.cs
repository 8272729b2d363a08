using Caisson.Engine.Caching;
using Caisson.Engine.Imaging;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.Solving;

/// <summary>Tells whether a file system that came about in another way holds the same as one that a step was done with before.</summary>
/// <param name="forms">Reads layers.</param>
internal sealed class StateMatch(LayerForms forms)
{
    /// <summary>The name that records know a file system by.</summary>
    public static StateRecord ToRecord(FilesystemState state) => new()
    {
        Image = ImageOf(state)?.Value,
        Layers = [.. state.Layers.Where(static l => l.Origin is not LayerOrigin.FromImage).Select(static l => l.Id.Value)],
    };

    /// <summary>The file system that a record names, given the image that it was built on; null when that is another image or a layer is gone.</summary>
    public FilesystemState? Restore(StateRecord record, FilesystemState image)
    {
        if (ImageOf(image)?.Value != record.Image)
            return null;
        LayerId[] ids = [.. record.Layers.Select(LayerId.Parse)];
        return ids.All(forms.IsAvailable) ? new FilesystemState([.. image.Layers, .. ids.Select(ToLayer)]) : null;
    }

    /// <summary>A layer that was built earlier.</summary>
    public static Layer ToLayer(LayerId id) => new(id, id.IsWritten ? new LayerOrigin.Written() : new LayerOrigin.Listed([]));

    /// <summary>Whether two file systems hold the same. What must be read for the answer is read, layer by layer from the bottom.</summary>
    public async Task<bool> HasSameContentAsync(StateRecord earlier, FilesystemState now, CancellationToken ct)
    {
        FilesystemState image = new([.. now.Layers.TakeWhile(static l => l.Origin is LayerOrigin.FromImage)]);
        if (earlier.Layers.Length != now.Layers.Length - image.Layers.Length || Restore(earlier, image) is not { } then)
            return false;
        for (int i = image.Layers.Length; i < now.Layers.Length; i++)
        {
            if (then.Layers[i].Id == now.Layers[i].Id)
                continue;
            Digest before = await forms.GetContentNameAsync(then, i, ct).ConfigureAwait(false);
            if (before != await forms.GetContentNameAsync(now, i, ct).ConfigureAwait(false))
                return false;
        }
        return true;
    }

    private static Digest? ImageOf(FilesystemState state) =>
        state.Layers.Select(static l => l.Origin).OfType<LayerOrigin.FromImage>().LastOrDefault()?.ChainId;
}
