using Caisson.Oci.Tar;

namespace Caisson.Engine.Imaging;

/// <summary>The blob of a layer on its way from a shared cache.</summary>
/// <param name="inner">The blob; owned.</param>
/// <param name="layer">The layer.</param>
internal sealed class RemoteStream(Stream inner, RemoteLayer layer) : ForwardReadStream
{
    /// <inheritdoc/>
    public override long Length => inner.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => inner.Position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="LostLayerException">The cache does not give it, or gives something else.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (LostLayerException.IsOfCache(e))
        {
            throw new LostLayerException(layer, e);
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => throw new NotSupportedException("what comes from elsewhere is read with ReadAsync");

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
