using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Layout;

/// <summary>Reads a layout of whatever origin: nothing in it is believed before its digest is checked.</summary>
/// <remarks>image-spec v1.1.1, image-layout.md.</remarks>
internal sealed class LayoutReader(ILayoutFiles files) : IBlobSource
{
    private const int MaxMarkerBytes = 4096;

    /// <summary>Whether the blob is there in the right size; its content is checked when it is read.</summary>
    public bool Has(Descriptor blob) => files.SizeOf(LayoutPaths.Blob(blob.Digest)) == blob.Size;

    /// <summary>Whether there is such a blob.</summary>
    public long? SizeOf(Digest digest) => files.SizeOf(LayoutPaths.Blob(digest));

    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        string path = LayoutPaths.Blob(blob.Digest);
        long size = files.SizeOf(path) ?? throw new BlobNotFoundException(blob.Digest, files.Place);
        if (size != blob.Size)
            throw new InvalidImageException($"blob {blob.Digest} has {size} bytes in {files.Place}, not the {blob.Size} that its descriptor names");
        return Task.FromResult<Stream>(new VerifyingStream(files.Open(path), blob));
    }

    /// <summary>The index, after the marker was checked.</summary>
    /// <exception cref="InvalidImageException">This is not a layout, or one that cannot be read.</exception>
    public async Task<ImageIndex> ReadIndexAsync(CancellationToken ct)
    {
        LayoutMarker.Check(files.Place, await ReadAsync(LayoutPaths.Marker, MaxMarkerBytes, ct).ConfigureAwait(false));
        return OciJson.ReadIndex(await ReadAsync(LayoutPaths.Index, OciJson.MaxDocumentBytes, ct).ConfigureAwait(false));
    }

    /// <summary>A manifest, index or configuration, whole; verified.</summary>
    public async Task<byte[]> ReadDocumentAsync(Descriptor document, CancellationToken ct)
    {
        if (document.Size is < 0 or > OciJson.MaxDocumentBytes)
            throw new InvalidImageException($"{document.Digest} in {files.Place} has {document.Size} bytes, too many for a document");
        byte[] content = new byte[document.Size];
        Stream stream = await OpenBlobAsync(document, ct).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            await stream.ReadExactlyAsync(content, ct).ConfigureAwait(false);
            await stream.ReadAsync(new byte[1], ct).ConfigureAwait(false); // an empty one is verified at its end only
        }
        return content;
    }

    /// <summary>The image that a reference stands for.</summary>
    public async Task<Image> GetImageAsync(Reference reference, Platform platform, CancellationToken ct)
    {
        ImageIndex index = await ReadIndexAsync(ct).ConfigureAwait(false);
        ImmutableArray<Descriptor> found = LayoutNames.Find(index, reference);
        if (found.IsEmpty && reference.Digest is { } digest && await DescribeAsync(digest, ct).ConfigureAwait(false) is { } inner)
            found = [inner];
        if (found.IsEmpty)
            throw new ImageNotFoundException($"{files.Place} has no image {reference.WithDefaultTag()}{LayoutNames.Offer(index)}");
        return await LoadAsync(Choose(found, platform), platform, ct).ConfigureAwait(false);
    }

    /// <summary>The image of a layout that has just one.</summary>
    public async Task<Image> GetOnlyImageAsync(Platform platform, CancellationToken ct)
    {
        ImageIndex index = await ReadIndexAsync(ct).ConfigureAwait(false);
        ImmutableArray<Descriptor> images = [.. index.Manifests.DistinctBy(static m => m.Digest)];
        if (images.Length > 1 && images.All(static m => m.Platform is not null))
            images = [Choose(images, platform)];
        if (images.IsEmpty)
            throw new ImageNotFoundException($"{files.Place} has no image");
        if (images.Length > 1)
            throw new ImageNotFoundException($"{files.Place} has several images; one of them must be named{LayoutNames.Offer(index)}");
        return await LoadAsync(images[0], platform, ct).ConfigureAwait(false);
    }

    /// <summary>The image behind a manifest or index of this layout.</summary>
    public Task<Image> LoadAsync(Descriptor manifest, Platform platform, CancellationToken ct) =>
        new ImageLoader(files.Place, ReadDocumentAsync, this).LoadAsync(manifest, platform, ct);

    /// <summary>The images behind a manifest or index of this layout, of all platforms.</summary>
    public Task<ImmutableArray<Image>> LoadAllAsync(Descriptor manifest, CancellationToken ct) =>
        new ImageLoader(files.Place, ReadDocumentAsync, this).LoadAllAsync(manifest, ct);

    // Several entries of one name are the platforms of one image.
    private static Descriptor Choose(ImmutableArray<Descriptor> entries, Platform platform) =>
        new ImageIndex { SchemaVersion = 2, Manifests = entries }.Find(platform) ?? entries[0];

    /// <summary>A manifest that no entry names, but that is there: one within an index. Null when there is none.</summary>
    public async Task<Descriptor?> DescribeAsync(Digest digest, CancellationToken ct)
    {
        if (SizeOf(digest) is not (<= OciJson.MaxDocumentBytes and { } size))
            return null;
        Descriptor unknown = new() { MediaType = "application/octet-stream", Digest = digest, Size = size };
        string? mediaType = DocumentKind.Of(await ReadDocumentAsync(unknown, ct).ConfigureAwait(false));
        return mediaType is null ? null : unknown with { MediaType = mediaType };
    }

    private async Task<byte[]> ReadAsync(string path, int maxBytes, CancellationToken ct)
    {
        if (files.SizeOf(path) is null)
            throw new InvalidImageException($"{files.Place} is not an OCI image layout: it has no \"{path}\" file");
        Stream stream = files.Open(path);
        await using (stream.ConfigureAwait(false))
        {
            // The length of what was opened: another process may put a new index in place at any time.
            if (stream.Length > maxBytes)
                throw new InvalidImageException($"\"{path}\" in {files.Place} has {stream.Length} bytes, more than the {maxBytes} that are read");
            byte[] content = new byte[stream.Length];
            await stream.ReadExactlyAsync(content, ct).ConfigureAwait(false);
            return content;
        }
    }
}
