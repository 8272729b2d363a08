namespace Caisson.Oci.Tar;

/// <summary>Fails once more bytes come through than a limit allows. Owns the stream behind it.</summary>
internal sealed class SizeLimitStream(Stream inner, long maxBytes) : ForwardReadStream
{
    private long _readBytes;

    public override int Read(Span<byte> buffer) => Count(inner.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

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

    private int Count(int count)
    {
        _readBytes += count;
        return _readBytes <= maxBytes ? count : throw new InvalidDataException($"the decompressed data is longer than the limit of {maxBytes} bytes");
    }
}
