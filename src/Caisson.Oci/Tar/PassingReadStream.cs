namespace Caisson.Oci.Tar;

/// <summary>A stream that is read through, and looks at what passes. Owns the stream behind it.</summary>
internal abstract class PassingReadStream(Stream inner) : ForwardReadStream
{
    public sealed override int Read(Span<byte> buffer)
    {
        int count = inner.Read(buffer);
        Pass(buffer[..count]);
        return count;
    }

    public sealed override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Pass(buffer.Span[..count]);
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Looks at what was read; nothing at the end.</summary>
    protected abstract void Pass(ReadOnlySpan<byte> bytes);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
