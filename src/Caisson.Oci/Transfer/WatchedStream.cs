using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Transfer;

/// <summary>Tells an observer of each piece that is read.</summary>
internal sealed class WatchedStream(Stream inner, Descriptor blob, IBlobObserver observer) : ForwardReadStream
{
    private long _total;

    public override long Length => blob.Size;

    public override int Read(Span<byte> buffer) => Told(inner.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Told(await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private int Told(int count)
    {
        _total += count;
        if (count > 0)
            observer.Read(blob, _total);
        return count;
    }
}
