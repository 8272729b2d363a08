using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.DockerArchive;

/// <summary>How an archive for <c>docker load</c> is written.</summary>
public sealed record DockerArchiveOptions
{
    /// <summary>The names that the image gets when it is loaded; only those with a tag, or with neither tag nor digest, can be given.</summary>
    public ImmutableArray<Reference> Names { get; init; } = [];

    /// <summary>Blobs of layers that are named but not in the archive, for an engine that has them. Only with <see cref="DockerArchiveLayers.AsStored"/>.</summary>
    public ImmutableHashSet<Digest> LeftOut { get; init; } = [];

    /// <summary>The form of the layers.</summary>
    public DockerArchiveLayers Layers { get; init; }

    /// <summary>
    /// Knows the uncompressed size of a layer, so that it can stream straight into the archive; null, or a null result, when it is not known.
    /// </summary>
    public Func<ImageLayer, long?>? UncompressedSize { get; init; }

    /// <summary>
    /// A file to unpack a layer to when its uncompressed size is not known, one layer at a time. It must not exist, and is removed again.
    /// Null: such layers are an error.
    /// </summary>
    public string? SpoolPath { get; init; }

    /// <summary>How compressed layers are opened, and the most bytes that one may unpack to: 64 GiB.</summary>
    public DecompressionOptions Decompression { get; init; } = new() { MaxBytes = 64L << 30 };
}
