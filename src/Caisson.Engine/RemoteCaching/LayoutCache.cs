using System.Collections.Immutable;
using Caisson.Engine.Imaging;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Engine.RemoteCaching;

/// <summary>A shared cache in a directory: an OCI image layout, as BuildKit has it.</summary>
/// <param name="location">The directory and the cache in it.</param>
/// <param name="export">The form that it gets; null where it is only read.</param>
/// <param name="platforms">Of an image of several platforms, which parts are looked at.</param>
/// <param name="time">For waiting for others who write to the same directory.</param>
internal sealed class LayoutCache(CacheLocation.Directory location, CacheExport? export, ImmutableArray<Platform> platforms, TimeProvider time) : ICacheStore, IBlobSource
{
    private readonly SemaphoreSlim _opening = new(1);
    private OciLayout? _layout;

    /// <inheritdoc/>
    public IBlobSource Blobs => this;

    /// <inheritdoc/>
    public async Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) => await (await OpenAsync(ct).ConfigureAwait(false)).OpenBlobAsync(blob, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<CacheReading> ReadAsync(CancellationToken ct)
    {
        if (!File.Exists(Path.Combine(location.Path, "index.json")))
            return CacheReading.Nothing;
        OciLayout layout = await OpenAsync(ct).ConfigureAwait(false);
        ImageIndex index = await layout.ReadIndexAsync(ct).ConfigureAwait(false);
        Descriptor? found = location.Digest is { } digest
            ? index.Manifests.FirstOrDefault(m => m.Digest == digest) ?? ByDigest(layout, digest)
            : await layout.FindByRefNameAsync(location.Tag, ct).ConfigureAwait(false);
        if (found is null)
            return CacheReading.Nothing;
        byte[] manifest = await ReadAsync(layout, found, ct).ConfigureAwait(false);
        string mediaType = DocumentKind.Of(manifest) ?? throw new InvalidImageException($"{found.Digest} is no manifest");
        return await CacheManifest.ReadAsync(manifest, mediaType, platforms, part => ReadAsync(layout, part, ct)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task WriteBlobAsync(Descriptor blob, IBlobSource from, CancellationToken ct)
    {
        OciLayout layout = await OpenAsync(ct).ConfigureAwait(false);
        if (!layout.HasBlob(blob))
            await layout.AddBlobAsync(blob, await from.OpenBlobAsync(blob, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task WriteAsync(CacheDocument document, CancellationToken ct)
    {
        OciLayout layout = await OpenAsync(ct).ConfigureAwait(false);
        (Descriptor config, byte[] content) = CacheManifest.DocumentOf(document);
        await layout.AddBlobAsync(config, new MemoryStream(content, writable: false), ct).ConfigureAwait(false);
        CacheExport form = export ?? throw new InvalidOperationException("a cache that is only read");
        (string mediaType, byte[] manifest) = CacheManifest.Write(document, config, form);
        Descriptor written = Descriptor.Of(mediaType, manifest);
        await layout.AddBlobAsync(written, new MemoryStream(manifest, writable: false), ct).ConfigureAwait(false);
        await layout.TagByRefNameAsync(written, location.Tag, ct).ConfigureAwait(false);
        if (form.Resets)
            await layout.PruneAsync(new HashSet<Digest>(), writtenBefore: null, ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _opening.Dispose();

    private async Task<OciLayout> OpenAsync(CancellationToken ct)
    {
        await _opening.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (_layout is null)
            {
                OciLayoutOptions options = new() { Lock = LayoutLock.Of(location.Path, time) };
                if (export is not null)
                    Directory.CreateDirectory(location.Path);
                _layout = export is null ? await OciLayout.OpenAsync(location.Path, options, ct).ConfigureAwait(false) : await OciLayout.CreateAsync(location.Path, options, ct).ConfigureAwait(false);
            }
            return _layout;
        }
        finally
        {
            _opening.Release();
        }
    }

    private static Descriptor? ByDigest(OciLayout layout, Digest digest)
    {
        FileInfo file = new(layout.PathOf(digest));
        return file.Exists ? new Descriptor { MediaType = "", Digest = digest, Size = file.Length } : null;
    }

    private static Task<byte[]> ReadAsync(OciLayout layout, Descriptor blob, CancellationToken ct) => SmallBlob.ReadAsync(layout, blob, CacheDocumentJson.MaxBytes, ct);
}
