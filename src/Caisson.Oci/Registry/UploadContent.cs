using System.Buffers;
using System.Net;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>A stretch of a blob as the body of a request: exactly so many bytes from where the stream stands.</summary>
internal sealed class UploadContent(Stream source, long sizeBytes) : HttpContent
{
    private const int BufferBytes = 128 << 10;

    private long _sentBytes;

    /// <summary>Called after each write.</summary>
    public Action? Moved { get; set; }

    /// <summary>Called with each number of bytes written.</summary>
    public Action<int>? Sent { get; init; }

    /// <summary>What went wrong while reading the source, as opposed to the connection.</summary>
    public Exception? SourceFailure { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (_sentBytes < sizeBytes)
            {
                int count = await ReadSourceAsync(buffer, cancellationToken).ConfigureAwait(false);
                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                _sentBytes += count;
                Moved?.Invoke();
                Sent?.Invoke(count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = sizeBytes;
        return true;
    }

    private async Task<int> ReadSourceAsync(byte[] buffer, CancellationToken ct)
    {
        int wanted = (int)Math.Min(buffer.Length, sizeBytes - _sentBytes);
        try
        {
            int count = await source.ReadAsync(buffer.AsMemory(0, wanted), ct).ConfigureAwait(false);
            return count > 0
                ? count
                : throw new InvalidImageException($"a blob ends {sizeBytes - _sentBytes} bytes before the size that its descriptor names");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            SourceFailure = e;
            throw;
        }
    }
}
