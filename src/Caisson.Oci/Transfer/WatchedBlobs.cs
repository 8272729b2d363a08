using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Transfer;

/// <summary>Tells an observer of what is read. What is found at the far end, and so never opened, it does not tell of.</summary>
/// <param name="inner">Where the blobs are.</param>
/// <param name="observer">Told.</param>
public sealed class WatchedBlobs(IBlobSource inner, IBlobObserver observer) : IBlobSource, IWrappedBlobs
{
    /// <inheritdoc/>
    IBlobSource IWrappedBlobs.Inner => inner;

    /// <inheritdoc/>
    public async Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct)
    {
        Stream content = await inner.OpenBlobAsync(blob, ct).ConfigureAwait(false);
        observer.Opened(blob);
        return new WatchedStream(content, blob, observer);
    }
}
