using System.Buffers;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>One chunk on its way: bytes in, compressed bytes out. Its buffers go back to the pool when it is disposed.</summary>
/// <remarks>Owned by one at a time: the writer that fills it, the task that compresses it, the task that writes it out.</remarks>
internal sealed class GzipChunk : IDisposable
{
    private readonly int _dictionaryBytes;
    private byte[] _input = ArrayPool<byte>.Shared.Rent(DeflateFormat.WindowBytes + ChunkCompressor.ChunkBytes);
    private byte[] _output = [];
    private int _outputBytes;

    /// <summary>Starts a chunk after another one, whose end it may refer to; null for the first.</summary>
    public GzipChunk(GzipChunk? previous)
    {
        if (previous is null)
            return;
        ReadOnlySpan<byte> before = previous._input.AsSpan(0, previous._dictionaryBytes + previous.Length);
        _dictionaryBytes = Math.Min(before.Length, DeflateFormat.WindowBytes);
        before[^_dictionaryBytes..].CopyTo(_input);
    }

    /// <summary>The bytes to compress so far.</summary>
    public int Length { get; private set; }

    /// <summary>Whether no more bytes fit.</summary>
    public bool IsFull => Length == ChunkCompressor.ChunkBytes;

    /// <summary>The CRC of the bytes, once they are compressed.</summary>
    public uint Crc { get; private set; }

    /// <summary>The compressed bytes.</summary>
    public ReadOnlyMemory<byte> Output => _output.AsMemory(0, _outputBytes);

    /// <summary>Ends when the chunk is compressed.</summary>
    public Task Compression { get; set; } = Task.CompletedTask;

    /// <summary>Takes as many bytes as fit.</summary>
    /// <returns>How many.</returns>
    public int Fill(ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(bytes.Length, ChunkCompressor.ChunkBytes - Length);
        bytes[..count].CopyTo(_input.AsSpan(_dictionaryBytes + Length));
        Length += count;
        return count;
    }

    /// <summary>Compresses the bytes.</summary>
    public void Compress(ChunkCompressor compressor)
    {
        _output = ArrayPool<byte>.Shared.Rent(ChunkCompressor.MaxOutputBytes);
        ReadOnlySpan<byte> data = _input.AsSpan(0, _dictionaryBytes + Length);
        Crc = Crc32.Append(0, data[_dictionaryBytes..]);
        _outputBytes = compressor.Compress(data, _dictionaryBytes, _output);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        byte[] input = Interlocked.Exchange(ref _input, []);
        byte[] output = Interlocked.Exchange(ref _output, []);
        if (input.Length > 0)
            ArrayPool<byte>.Shared.Return(input);
        if (output.Length > 0)
            ArrayPool<byte>.Shared.Return(output);
    }
}
