using System.Buffers;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>The content of a blob that is being uploaded, from any byte on. Going back opens it anew: sources need not seek.</summary>
internal sealed class UploadSource(Descriptor blob, IBlobSource from) : IAsyncDisposable
{
    private const int BufferBytes = 128 << 10;

    private Stream? _stream;
    private long _position;

    /// <summary>The content from a byte on; valid until the next call. Whoever reads reports it with <see cref="Advance"/>.</summary>
    public async Task<Stream> AtAsync(long position, CancellationToken ct)
    {
        if (_stream is null || _position > position)
        {
            await DisposeAsync().ConfigureAwait(false);
            _stream = await from.OpenBlobAsync(blob, ct).ConfigureAwait(false);
            _position = 0;
        }
        if (_position < position)
            await SkipAsync(_stream, position, ct).ConfigureAwait(false);
        return _stream;
    }

    /// <summary>So many bytes were read from the stream.</summary>
    public void Advance(int count) => _position += count;

    /// <summary>The stream is not where it was thought to be.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stream is not null)
            await _stream.DisposeAsync().ConfigureAwait(false);
        _stream = null;
    }

    private async Task SkipAsync(Stream stream, long position, CancellationToken ct)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (_position < position)
            {
                int count = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, position - _position)), ct).ConfigureAwait(false);
                if (count == 0)
                    throw new InvalidImageException($"blob {blob.Digest} ends after {_position} of {blob.Size} bytes");
                _position += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
