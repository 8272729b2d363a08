using Caisson.Oci.Model;

namespace Caisson.Oci.Images;

/// <summary>A blob that something names is not in the place that was asked.</summary>
public sealed class BlobNotFoundException(Digest digest, string place) : Exception($"blob {digest} is not in {place}")
{
    /// <summary>The blob.</summary>
    public Digest Digest { get; } = digest;
}
