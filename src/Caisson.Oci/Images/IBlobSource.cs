using Caisson.Oci.Model;

namespace Caisson.Oci.Images;

/// <summary>A place that blobs can be read from: a layout, an archive, a registry.</summary>
/// <remarks>Implementations are thread-safe: several blobs may be open at once.</remarks>
public interface IBlobSource
{
    /// <summary>Opens a blob from its first byte. The stream fails rather than end when digest or size are not those asked for.</summary>
    /// <returns>A stream that the caller disposes.</returns>
    /// <exception cref="BlobNotFoundException">There is no such blob here.</exception>
    /// <exception cref="InvalidImageException">While reading: the content is not what its digest or size says.</exception>
    Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct);
}
