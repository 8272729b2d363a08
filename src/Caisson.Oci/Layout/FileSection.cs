using Caisson.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Oci.Layout;

/// <summary>A stretch of a file, as a stream of its own; several may be read at once.</summary>
internal sealed class FileSection(SafeFileHandle file, long offset, long sizeBytes) : ForwardReadStream
{
    private long _position;

    public override long Length => sizeBytes;

    public override int Read(Span<byte> buffer) => Advance(RandomAccess.Read(file, Fit(buffer), offset + _position));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = (int)Math.Min(buffer.Length, sizeBytes - _position);
        return Advance(await RandomAccess.ReadAsync(file, buffer[..count], offset + _position, cancellationToken).ConfigureAwait(false));
    }

    private Span<byte> Fit(Span<byte> buffer) => buffer[..(int)Math.Min(buffer.Length, sizeBytes - _position)];

    private int Advance(int count)
    {
        _position += count;
        return count;
    }
}
