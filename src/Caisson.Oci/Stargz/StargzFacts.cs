using System.Collections.Immutable;
using System.Globalization;
using Caisson.Oci.Model;

namespace Caisson.Oci.Stargz;

/// <summary>What an eStargz became.</summary>
/// <param name="DiffId">The digest of the archive, table of contents included.</param>
/// <param name="TableDigest">The digest of the table of contents.</param>
/// <param name="ArchiveBytes">The bytes of the archive.</param>
public sealed record StargzFacts(Digest DiffId, Digest TableDigest, long ArchiveBytes)
{
    /// <summary>The annotation of a layer's descriptor by which its table of contents is verified.</summary>
    public const string TableDigestAnnotation = "containerd.io/snapshot/stargz/toc.digest";

    /// <summary>The annotation that says how large the archive is.</summary>
    public const string ArchiveBytesAnnotation = "io.containers.estargz.uncompressed-size";

    /// <summary>The annotations that the layer's descriptor must have for it to be fetched by files.</summary>
    public ImmutableSortedDictionary<string, string> Annotations => ImmutableSortedDictionary<string, string>.Empty
        .Add(TableDigestAnnotation, TableDigest.Value)
        .Add(ArchiveBytesAnnotation, ArchiveBytes.ToString(CultureInfo.InvariantCulture));

    /// <summary>Those among the annotations of a layer; null when there are none.</summary>
    public static ImmutableSortedDictionary<string, string>? Among(ImmutableSortedDictionary<string, string>? annotations)
    {
        if (annotations is null || !annotations.TryGetValue(TableDigestAnnotation, out string? digest))
            return null;
        ImmutableSortedDictionary<string, string> kept = ImmutableSortedDictionary<string, string>.Empty.Add(TableDigestAnnotation, digest);
        return annotations.TryGetValue(ArchiveBytesAnnotation, out string? size) ? kept.Add(ArchiveBytesAnnotation, size) : kept;
    }
}
