using System.Collections.Concurrent;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Layout;

/// <summary>The blobs of a layout and, behind them, those of another place: what is not in the layout is added to it while it is read.</summary>
/// <param name="layout">The layout.</param>
/// <param name="remote">The other place.</param>
/// <param name="arriving">By digest, what someone is fetching into the layout; completed when that one is through with it.</param>
internal sealed class RemoteBackedBlobs(OciLayout layout, IBlobSource remote, ConcurrentDictionary<Digest, TaskCompletionSource> arriving) : IBlobSource
{
    /// <remarks>Of several who want a blob one fetches it, and the others wait. When that one fails or does not want all of it, another one tries.</remarks>
    public async Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct)
    {
        while (!layout.HasBlob(blob))
        {
            TaskCompletionSource own = new(TaskCreationOptions.RunContinuationsAsynchronously);
            TaskCompletionSource first = arriving.GetOrAdd(blob.Digest, own);
            if (first == own)
                return await FetchAsync(blob, own, ct).ConfigureAwait(false);
            await first.Task.WaitAsync(ct).ConfigureAwait(false);
        }
        return await layout.OpenBlobAsync(blob, ct).ConfigureAwait(false);
    }

    private async Task<Stream> FetchAsync(Descriptor blob, TaskCompletionSource turn, CancellationToken ct)
    {
        try
        {
            // The one before may have added it since it was looked for.
            if (!layout.HasBlob(blob))
                return layout.Receive(blob, await remote.OpenBlobAsync(blob, ct).ConfigureAwait(false), () => End(blob, turn));
            Stream content = await layout.OpenBlobAsync(blob, ct).ConfigureAwait(false);
            End(blob, turn);
            return content;
        }
        catch
        {
            End(blob, turn);
            throw;
        }
    }

    private void End(Descriptor blob, TaskCompletionSource turn)
    {
        arriving.TryRemove(blob.Digest, out _);
        turn.TrySetResult();
    }
}
