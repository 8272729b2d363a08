using Caisson.Engine.Caching;
using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Imaging;

/// <summary>Makes the blobs of layers and keeps them in the image store. Each is made once, however many ask.</summary>
/// <remarks>Thread-safe, shared between builds.</remarks>
/// <param name="store">The layers on disk.</param>
/// <param name="layout">The image store.</param>
/// <param name="work">For what is being made.</param>
/// <param name="parallelism">Threads that compress one layer.</param>
internal sealed class LayerBlobs(LayerStore store, OciLayout layout, WorkArea work, int parallelism)
{
    // What is made is made of trees and files of the build that began it.
    private readonly InFlight<BlobRecord> _making = new() { UsesBeginner = true };

    /// <summary>Layers of shared caches, none by now. What is read of one is kept in the image store.</summary>
    public RemoteLayers NewRemote() => new(layout);

    /// <summary>A layer's blob in any form that has its archive; null when it has none.</summary>
    public ImageLayer? FindAny(LayerId id) => FindAny(id, preferred: null)?.Blob;

    /// <summary>A layer's blob in a form or, where it has none in that one, in any that has its archive; with the name of the form. Null when it has none.</summary>
    public (ImageLayer Blob, string Form)? FindAny(LayerId id, BlobForm? preferred)
    {
        if (preferred is not null && Find(id, preferred.Name) is { } exact)
            return (exact, preferred.Name);
        DirectoryInfo forms = new(store.PathOf(id, ""));
        if (!forms.Exists)
            return null;
        foreach (FileInfo form in forms.GetFiles().OrderBy(static f => f.Name, StringComparer.Ordinal))
        {
            if (BlobForm.HasOwnArchive(form.Name) && Find(id, form.Name) is { } found)
                return (found, form.Name);
        }
        return null;
    }

    /// <summary>Remembers which blob a layer is in a form. The blob is in the image store.</summary>
    public async Task RememberAsync(LayerId id, string form, BlobRecord record, CancellationToken ct)
    {
        string recordFile = work.NewPath("blob-record");
        await File.WriteAllBytesAsync(recordFile, record.ToBytes(), ct).ConfigureAwait(false);
        string path = store.PathOf(id, form);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // a layer's file has a directory
        File.Move(recordFile, path, overwrite: true);
    }

    /// <summary>A layer's blob in a form.</summary>
    /// <param name="id">The layer.</param>
    /// <param name="form">The form.</param>
    /// <param name="read">Reads the layer, should the blob have to be made.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="ContentChangedException">A file of a build context changed meanwhile.</exception>
    public async Task<ImageLayer> GetAsync(LayerId id, BlobForm form, Func<CancellationToken, Task<LayerContent>> read, CancellationToken ct) =>
        ToLayer(FindRecord(id, form.Name) ?? await _making.RunAsync($"{id}/{form.Name}", token => MakeAsync(id, form, read, token), ct).ConfigureAwait(false));

    /// <summary>A layer of an image in a form: as it is where the form allows that.</summary>
    /// <param name="id">The layer.</param>
    /// <param name="layer">The layer as the image has it.</param>
    /// <param name="form">The form.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<ImageLayer> GetAsync(LayerId id, ImageLayer layer, BlobForm form, CancellationToken ct)
    {
        if (!form.MayChange(layer))
            return layer;
        BlobRecord record = FindOf(id, layer, form) ?? await _making.RunAsync($"{id}/{form.ImageNameOf(layer)}", token => ConvertAsync(id, layer, form, token), ct).ConfigureAwait(false);
        return record.Blob.Digest == layer.Blob.Digest ? layer : ToLayer(record);
    }

    private async Task<BlobRecord> MakeAsync(LayerId id, BlobForm form, Func<CancellationToken, Task<LayerContent>> read, CancellationToken ct)
    {
        if (FindRecord(id, form.Name) is { } found)
            return found;
        LayerContent content = await read(ct).ConfigureAwait(false);
        string file = work.NewPath("blob");
        LayerBlobWriter writer = new(form.Compression, parallelism);
        BlobRecord record = await Task.Run(() => writer.WriteAsync(tar => LayerTar.WriteAsync(content, form, tar, ct), file, ct), ct).ConfigureAwait(false);
        await layout.AddFileAsync(record.Blob with { Annotations = null }, file, ct).ConfigureAwait(false);
        await RememberAsync(id, form.Name, record, ct).ConfigureAwait(false);
        return record;
    }

    private async Task<BlobRecord> ConvertAsync(LayerId id, ImageLayer layer, BlobForm form, CancellationToken ct)
    {
        if (FindOf(id, layer, form) is { } found)
            return found;
        ImageLayerArchive archive = new(layer, form);
        bool isLater = form.RewritesImages && await archive.IsLaterAsync(ct).ConfigureAwait(false);
        BlobRecord record = new(layer.Blob, layer.DiffId);
        if (isLater || form.MustConvert(layer))
        {
            string file = work.NewPath("blob");
            LayerBlobWriter writer = new(form.Compression, parallelism);
            bool isOfEntries = isLater || form.Compression.Codec == LayerCodec.Stargz;
            record = await Task.Run(() => isOfEntries ? writer.WriteAsync(tar => archive.WriteEntriesAsync(tar, ct), file, ct) : CopyAsync(layer, writer, file, ct), ct).ConfigureAwait(false);
            await layout.AddFileAsync(record.Blob with { Annotations = null }, file, ct).ConfigureAwait(false);
        }
        await RememberAsync(id, form.ImageNameOf(layer), record, ct).ConfigureAwait(false);
        return record;
    }

    private static async Task<BlobRecord> CopyAsync(ImageLayer layer, LayerBlobWriter writer, string file, CancellationToken ct)
    {
        Stream archive = await LayerArchiveSource.OpenAsync(layer, ct).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
            return await writer.CopyAsync(archive, file, ct).ConfigureAwait(false);
    }

    /// <summary>Which blob a file says that a layer became, whether that is there or not; null when it does not say.</summary>
    public static BlobRecord? Read(string path)
    {
        try
        {
            return BlobRecord.TryRead(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private BlobRecord? FindRecord(LayerId id, string form) => Read(store.PathOf(id, form)) is { } record && layout.HasBlob(record.Blob) ? record : null;

    // The layer's own blob need not be here: it may be one that is fetched only when it is read.
    private BlobRecord? FindOf(LayerId id, ImageLayer layer, BlobForm form) =>
        Read(store.PathOf(id, form.ImageNameOf(layer))) is { } record && (record.Blob.Digest == layer.Blob.Digest || layout.HasBlob(record.Blob)) ? record : null;

    /// <summary>A layer's blob in a form; null when it has none in that one.</summary>
    public ImageLayer? Find(LayerId id, string form) => FindRecord(id, form) is { } record ? ToLayer(record) : null;

    private ImageLayer ToLayer(BlobRecord record) => new(record.Blob, record.DiffId, layout);
}
