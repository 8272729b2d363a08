using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Transfer;

/// <summary>A place that something can be read from as it is: whatever a name stands for there, with all that it leads to.</summary>
public interface IGraphSource
{
    /// <summary>What messages call the place.</summary>
    string Place { get; }

    /// <summary>Where the blobs can be read.</summary>
    IBlobSource Blobs { get; }

    /// <summary>The manifest or index that the place stands for.</summary>
    /// <exception cref="ImageNotFoundException">There is none.</exception>
    Task<Descriptor> ResolveAsync(CancellationToken ct);

    /// <summary>Reads a manifest or index, whole. The reader of the graph checks what comes back.</summary>
    /// <exception cref="BlobNotFoundException">It is not there.</exception>
    Task<byte[]> ReadDocumentAsync(Descriptor document, CancellationToken ct);

    /// <summary>The manifests of this place that say something about a manifest: signatures, attestations, bills of materials.</summary>
    /// <remarks>distribution-spec v1.1.1, "Listing Referrers".</remarks>
    Task<ImmutableArray<Descriptor>> ReadReferrersAsync(Digest subject, CancellationToken ct);
}
