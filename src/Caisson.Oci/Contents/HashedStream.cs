using System.Security.Cryptography;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Contents;

/// <summary>Counts and hashes what is read through it. Owns both the stream and the hash.</summary>
internal sealed class HashedStream(Stream inner, IncrementalHash hash) : ForwardReadStream
{
    /// <summary>Bytes so far.</summary>
    public long Count { get; private set; }

    /// <summary>The hash of all that was read.</summary>
    public byte[] Finish() => hash.GetHashAndReset();

    public override int Read(Span<byte> buffer)
    {
        int count = inner.Read(buffer);
        hash.AppendData(buffer[..count]);
        Count += count;
        return count;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        hash.AppendData(buffer.Span[..count]);
        Count += count;
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            hash.Dispose();
            inner.Dispose();
        }
        base.Dispose(disposing);
    }
}
