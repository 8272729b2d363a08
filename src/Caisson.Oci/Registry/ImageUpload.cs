using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>Stores images: first the blobs, several at a time, then the manifest that names them.</summary>
internal sealed class ImageUpload(RegistryConnection connection, ManifestApi manifests) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(connection.Options.MaxParallelUploads);
    private readonly SingleFlight<(string Repository, Digest Blob), bool> _running = new();

    public async Task<Descriptor> PushAsync(Image image, Reference target, ImmutableArray<Reference> mountFrom, CancellationToken ct)
    {
        if (target.Digest is { } pinned && !pinned.IsOf(image.ManifestBytes.Span))
            throw new ArgumentException($"{target} names another image than {image.Descriptor.Digest}", nameof(target));
        // A task that fails cancels the others, so that the push ends with the first failure.
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        List<Task> uploads = [];
        MemoryBlobSource config = new(image.Manifest.Config.Digest, image.ConfigBytes);
        foreach (ImageLayer layer in image.Layers.DistinctBy(static l => l.Blob.Digest).Where(static l => IsDistributable(l.Blob)))
            uploads.Add(OrStopAsync(PushBlobAsync(target, layer.Blob, layer.Source, Candidates(target, layer, mountFrom), stop.Token), stop));
        uploads.Add(OrStopAsync(PushBlobAsync(target, image.Manifest.Config, config, [], stop.Token), stop));
        await FirstFailureAsync(uploads, ct).ConfigureAwait(false);
        return await manifests.PutAsync(target, image.Descriptor.MediaType, image.ManifestBytes, ct).ConfigureAwait(false);
    }

    /// <summary>Sends one blob when there is room; equal blobs to the same repository at the same time are sent once.</summary>
    public Task PushBlobAsync(Reference repository, Descriptor blob, IBlobSource from, ImmutableArray<string> mountFrom, CancellationToken ct) =>
        _running.RunAsync((repository.Name, blob.Digest), async upload =>
        {
            await _slots.WaitAsync(upload).ConfigureAwait(false);
            try
            {
                await new BlobUpload(connection, repository, blob, from).RunAsync(mountFrom, upload).ConfigureAwait(false);
                return true;
            }
            finally
            {
                _slots.Release();
            }
        }, ct);

    public void Dispose() => _slots.Dispose();

    // Layers with addresses of their own are licensed so that registries may not pass them on.
    private static bool IsDistributable(Descriptor blob) => blob.MediaType != MediaTypes.DockerForeignLayerGzip || blob.Urls is null;

    private static ImmutableArray<string> Candidates(Reference target, ImageLayer layer, ImmutableArray<Reference> mountFrom)
    {
        IEnumerable<Reference> known = layer.Source is RegistryBlobSource registry ? mountFrom.Prepend(registry.Repository) : mountFrom;
        return [.. known.Where(r => r.Registry == target.Registry && r.Repository != target.Repository)
            .Select(static r => r.Repository).Distinct(StringComparer.Ordinal)];
    }

    private static async Task OrStopAsync(Task upload, CancellationTokenSource stop)
    {
        try
        {
            await upload.ConfigureAwait(false);
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task FirstFailureAsync(List<Task> uploads, CancellationToken ct)
    {
        await Task.WhenAll(uploads).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ct.ThrowIfCancellationRequested();
        Task? failed = uploads.Find(static u => u.IsFaulted) ?? uploads.Find(static u => u.IsCanceled);
        await (failed ?? Task.CompletedTask).ConfigureAwait(false);
    }
}
