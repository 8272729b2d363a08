using Caisson.Engine.Caching;
using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;

namespace Caisson.Engine.Imaging;

/// <summary>Makes the blobs of layers and keeps them in the image store. Each is made once, however many ask.</summary>
/// <remarks>Thread-safe, shared between builds.</remarks>
/// <param name="store">The layers on disk.</param>
/// <param name="layout">The image store.</param>
/// <param name="work">For what is being made.</param>
/// <param name="parallelism">Threads that compress one layer.</param>
internal sealed class LayerBlobs(LayerStore store, OciLayout layout, WorkArea work, int parallelism)
{
    private const string AnyBlob = "blob-*";

    // What is made is made of trees and files of the build that began it.
    private readonly InFlight<ImageLayer> _making = new() { UsesBeginner = true };

    /// <summary>A layer's blob in any form; null when it has none.</summary>
    public ImageLayer? FindAny(LayerId id)
    {
        DirectoryInfo forms = new(store.PathOf(id, ""));
        return forms.Exists ? forms.GetFiles(AnyBlob).OrderBy(static f => f.Name, StringComparer.Ordinal).Select(f => Find(id, f.Name)).FirstOrDefault(static b => b is not null) : null;
    }

    /// <summary>A layer's blob in a form.</summary>
    /// <param name="id">The layer.</param>
    /// <param name="form">The form.</param>
    /// <param name="read">Reads the layer, should the blob have to be made.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="ContentChangedException">A file of a build context changed meanwhile.</exception>
    public async Task<ImageLayer> GetAsync(LayerId id, BlobForm form, Func<CancellationToken, Task<LayerContent>> read, CancellationToken ct) =>
        Find(id, form.Name) ?? await _making.RunAsync($"{id}/{form.Name}", token => MakeAsync(id, form, read, token), ct).ConfigureAwait(false);

    private async Task<ImageLayer> MakeAsync(LayerId id, BlobForm form, Func<CancellationToken, Task<LayerContent>> read, CancellationToken ct)
    {
        if (Find(id, form.Name) is { } found)
            return found;
        LayerContent content = await read(ct).ConfigureAwait(false);
        string file = work.NewPath("blob");
        BlobRecord record = await Task.Run(() => LayerBlobWriter.WriteAsync(archive => LayerTar.WriteAsync(content, form, archive, ct), form, file, parallelism), ct).ConfigureAwait(false);
        ImageLayer layer = ToLayer(record);
        await layout.AddFileAsync(layer.Blob, file, ct).ConfigureAwait(false);
        string recordFile = work.NewPath("blob-record");
        await File.WriteAllBytesAsync(recordFile, record.ToBytes(), ct).ConfigureAwait(false);
        string path = store.PathOf(id, form.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // a layer's file has a directory
        File.Move(recordFile, path, overwrite: true);
        return layer;
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

    /// <summary>Whether a form of a layer is such a record.</summary>
    public static bool IsRecord(string form) => form.StartsWith(AnyBlob[..^1], StringComparison.Ordinal);

    private ImageLayer? Find(LayerId id, string form) => Read(store.PathOf(id, form)) is { } record && layout.HasBlob(record.Blob) ? ToLayer(record) : null;

    private ImageLayer ToLayer(BlobRecord record) => new(record.Blob, record.DiffId, layout);
}
