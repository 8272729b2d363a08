using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;

namespace Caisson.Engine.RemoteCaching;

/// <summary>A shared cache in a registry.</summary>
/// <param name="client">Speaks to registries; disposed with the cache.</param>
/// <param name="reference">The name of the cache.</param>
/// <param name="export">The form that it gets; null where it is only read.</param>
/// <param name="platforms">Of an image of several platforms, which parts are looked at.</param>
internal sealed class RegistryCache(RegistryClient client, Reference reference, CacheExport? export, ImmutableArray<Platform> platforms) : ICacheStore
{
    /// <inheritdoc/>
    public IBlobSource Blobs { get; } = client.BlobsOf(reference);

    /// <inheritdoc/>
    public async Task<CacheReading> ReadAsync(CancellationToken ct)
    {
        RegistryManifest manifest;
        try
        {
            manifest = await client.GetManifestAsync(reference, ct).ConfigureAwait(false);
        }
        catch (RegistryException e) when (e.Kind == RegistryErrorKind.NotFound)
        {
            return CacheReading.Nothing;
        }
        return await CacheManifest.ReadAsync(manifest.Content.ToArray(), manifest.Descriptor.MediaType, platforms, async part =>
        {
            if (MediaTypes.IsManifest(part.MediaType))
                return (await client.GetManifestAsync(reference.WithDigest(part.Digest), ct).ConfigureAwait(false)).Content.ToArray();
            return await SmallBlob.ReadAsync(Blobs, part, CacheDocumentJson.MaxBytes, ct).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task WriteBlobAsync(Descriptor blob, IBlobSource from, CancellationToken ct) => client.PushBlobAsync(reference, blob, from, ct);

    /// <inheritdoc/>
    public async Task WriteAsync(CacheDocument document, CancellationToken ct)
    {
        (Descriptor config, byte[] content) = CacheManifest.DocumentOf(document);
        await client.PushBlobAsync(reference, config, new SmallBlob(content), ct).ConfigureAwait(false);
        (string mediaType, byte[] manifest) = CacheManifest.Write(document, config, export ?? throw new InvalidOperationException("a cache that is only read"));
        await client.PushManifestAsync(reference, mediaType, manifest, ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();
}
