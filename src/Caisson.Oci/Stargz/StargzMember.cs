using System.Buffers;
using Caisson.Oci.Model;
using Caisson.Oci.Tar.Deflate;

namespace Caisson.Oci.Stargz;

/// <summary>One gzip member on its way: a chunk of a file, and what stands in the archive between it and the next file. Its buffers go back to the pool when it is disposed.</summary>
/// <param name="chunk">The line of the chunk that it begins with; null when it begins with none.</param>
internal sealed class StargzMember(StargzEntry? chunk) : IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(16 << 10);
    private byte[] _output = [];
    private int _outputBytes;

    public StargzEntry? Chunk { get; } = chunk;

    public int Length { get; private set; }

    /// <summary>Ends when the member is compressed.</summary>
    public Task Compression { get; private set; } = Task.CompletedTask;

    /// <summary>The whole member, compressed.</summary>
    public ReadOnlyMemory<byte> Output => _output.AsMemory(0, _outputBytes);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - Length < bytes.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _bytes.Length, Length + bytes.Length));
            _bytes.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Begins to compress on the thread pool.</summary>
    public void Start(Func<ChunkCompressor> take, Action<ChunkCompressor> giveBack) => Compression = Task.Run(() =>
    {
        ChunkCompressor compressor = take();
        Compress(compressor);
        giveBack(compressor);
    });

    // Pieces as in GzipEncoderStream, each with the window before it as dictionary.
    private void Compress(ChunkCompressor compressor)
    {
        if (Chunk is not null)
            Chunk.ChunkDigest = Digest.OfBytes(_bytes.AsSpan(0, Chunk.ChunkBytes));
        int pieces = (Length + ChunkCompressor.ChunkBytes - 1) / ChunkCompressor.ChunkBytes;
        _output = ArrayPool<byte>.Shared.Rent(GzipFraming.Header.Length + Length + (Length / 512) + (64 * pieces) + GzipFraming.EndingBytes);
        byte[] room = ArrayPool<byte>.Shared.Rent(ChunkCompressor.MaxOutputBytes);
        try
        {
            Put(GzipFraming.Header.Span);
            for (int start = 0; start < Length; start += ChunkCompressor.ChunkBytes)
            {
                int dictionaryBytes = Math.Min(start, DeflateFormat.WindowBytes);
                int end = Math.Min(Length, start + ChunkCompressor.ChunkBytes);
                int count = compressor.Compress(_bytes.AsSpan((start - dictionaryBytes)..end), dictionaryBytes, room);
                Put(room.AsSpan(0, count));
            }
            Put(GzipFraming.Ending(Crc32.Append(0, _bytes.AsSpan(0, Length)), Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    public void Dispose()
    {
        byte[] bytes = Interlocked.Exchange(ref _bytes, []);
        byte[] output = Interlocked.Exchange(ref _output, []);
        if (bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(bytes);
        if (output.Length > 0)
            ArrayPool<byte>.Shared.Return(output);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_output.AsSpan(_outputBytes));
        _outputBytes += bytes.Length;
    }
}
