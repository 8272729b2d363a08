using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Layout;

/// <summary>A tar file with an OCI image layout as a place to put an image. The bytes depend on the image and its name alone.</summary>
/// <remarks>image-spec v1.1.1, image-layout.md. Entries in order of their paths; blobs stream through, none is held or put aside.</remarks>
public sealed class OciArchiveSink : IMultiPlatformImageSink
{
    private readonly ArchiveOutput _output;
    private readonly ImmutableArray<Reference> _names;

    /// <summary>Writes a file, which appears under its name when it is complete.</summary>
    /// <param name="name">The name that the image gets; null for none.</param>
    public OciArchiveSink(string path, Reference? name = null)
    {
        _output = new ArchiveOutput(path);
        _names = name is null ? [] : [name];
    }

    /// <summary>Writes to a stream, which is not disposed. After a failure it ends without the end of an archive.</summary>
    /// <param name="name">The name that the image gets; null for none.</param>
    public OciArchiveSink(Stream output, Reference? name = null)
        : this(output, name is null ? [] : [name])
    {
    }

    /// <summary>Writes to a stream, which is not disposed. After a failure it ends without the end of an archive.</summary>
    /// <param name="names">The names that the image gets, each with an entry of its own; it has one without a name when there is none.</param>
    public OciArchiveSink(Stream output, ImmutableArray<Reference> names)
    {
        _output = new ArchiveOutput(output);
        _names = names;
    }

    /// <summary>What is said of the image, listed in the archive without names.</summary>
    public ImmutableArray<Referrer> Referrers { get; init; } = [];

    /// <inheritdoc/>
    public Task WriteAsync(Image image, CancellationToken ct) => WriteAsync(ImageBlobs.Of(image), image.Descriptor, ct);

    /// <inheritdoc/>
    public Task WriteAsync(MultiPlatformImage image, CancellationToken ct) => WriteAsync(ImageBlobs.Of(image), image.Descriptor, ct);

    /// <summary>Writes blobs and the index that leads to them.</summary>
    internal static Task WriteAsync(ArchiveOutput output, IEnumerable<(Descriptor Blob, IBlobSource Source)> blobs, ImageIndex index, CancellationToken ct) =>
        output.WriteAsync(archive => WriteAsync(archive, blobs, index, ct), ct);

    private Task WriteAsync(IEnumerable<(Descriptor Blob, IBlobSource Source)> blobs, Descriptor root, CancellationToken ct)
    {
        ImageIndex index = new() { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = [] };
        index = _names.IsEmpty ? LayoutNames.Add(index, root, null) : _names.Aggregate(index, (named, name) => LayoutNames.Add(named, root, name));
        foreach (Referrer referrer in Referrers)
            index = LayoutNames.Add(index, referrer.Descriptor, null);
        return WriteAsync(_output, blobs.Concat(Referrers.SelectMany(static r => r.Blobs())), index, ct);
    }

    private static async Task WriteAsync(
        ArchiveContent archive, IEnumerable<(Descriptor Blob, IBlobSource Source)> blobs, ImageIndex index, CancellationToken ct)
    {
        foreach ((Descriptor blob, IBlobSource source) in blobs.DistinctBy(static b => b.Blob.Digest).OrderBy(static b => b.Blob.Digest))
        {
            Stream content = await source.OpenBlobAsync(blob, ct).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
                await archive.WriteAsync(LayoutPaths.Blob(blob.Digest), blob.Size, content, ct).ConfigureAwait(false);
        }
        await archive.WriteAsync(LayoutPaths.Index, OciJson.Write(index), ct).ConfigureAwait(false);
        await archive.WriteAsync(LayoutPaths.Marker, LayoutPaths.MarkerContent.ToArray(), ct).ConfigureAwait(false);
    }
}
