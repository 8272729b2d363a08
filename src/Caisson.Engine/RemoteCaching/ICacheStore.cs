using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.RemoteCaching;

/// <summary>A place that holds a shared cache: a document that says what is in it, and blobs by digest.</summary>
/// <remarks>
/// Thread-safe. Blobs are written first, the document last, so whoever reads never finds one that names what is not there; the one of before stays until then. Of two
/// who write at once, the document of one is there in the end, and the blobs of both. Failures are those of the place's own client.
/// </remarks>
internal interface ICacheStore : IDisposable
{
    /// <summary>The blobs. Whoever reads them checks them.</summary>
    IBlobSource Blobs { get; }

    /// <summary>Looks at what there is. One or two small requests.</summary>
    /// <exception cref="InvalidImageException">What is there is damaged.</exception>
    Task<CacheReading> ReadAsync(CancellationToken ct);

    /// <summary>Stores a blob, unless it is there.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="from">Where it can be read.</param>
    /// <param name="ct">Gives up.</param>
    Task WriteBlobAsync(Descriptor blob, IBlobSource from, CancellationToken ct);

    /// <summary>Puts a document in the place of the one that is there. Its blobs are stored.</summary>
    Task WriteAsync(CacheDocument document, CancellationToken ct);
}
