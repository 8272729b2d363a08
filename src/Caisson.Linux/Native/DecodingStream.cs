using System.Buffers;

namespace Caisson.Linux.Native;

/// <summary>The plain data behind a decoder of a system library: keeps its input filled and tells when that ends too early. Owns the compressed stream.</summary>
/// <remarks>Broken data throws <see cref="InvalidDataException"/>. Memory does not depend on the data, but for what the decoder takes. One call at a time.</remarks>
/// <param name="compressed">The compressed data.</param>
internal abstract class DecodingStream(Stream compressed) : Stream
{
    private const int InputBytes = 128 << 10;

    private readonly byte[] _input = ArrayPool<byte>.Shared.Rent(InputBytes);
    private int _inputStart;
    private int _inputEnd;
    private bool _isInputAtEnd;
    private bool _isDisposed;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (Decode(buffer) is int count and not 0)
                return count;
            if (_isInputAtEnd)
                return 0;
            if (_inputStart == _inputEnd)
                Refill(compressed.Read(_input));
        }
        return 0;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (Decode(buffer.Span) is int count and not 0)
                return count;
            if (_isInputAtEnd)
                return 0;
            if (_inputStart == _inputEnd)
                Refill(await compressed.ReadAsync(_input, cancellationToken).ConfigureAwait(false));
        }
        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Decodes as much as there is room or input for; with neither to gain, it takes and gives nothing.</summary>
    /// <param name="input">What comes next of the compressed data; empty at its end.</param>
    /// <param name="output">Room for plain data; never empty.</param>
    /// <param name="isAtEnd">Whether the input is all that is left.</param>
    /// <exception cref="InvalidDataException">The data is damaged or, at the end, cut off.</exception>
    protected abstract (int Taken, int Given) Decode(ReadOnlySpan<byte> input, Span<byte> output, bool isAtEnd);

    /// <summary>Frees the decoder. Called once.</summary>
    protected abstract void Free();

    public override async ValueTask DisposeAsync()
    {
        await compressed.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            Free();
            ArrayPool<byte>.Shared.Return(_input);
            if (disposing)
                compressed.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Decode(Span<byte> output)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        (int taken, int given) = Decode(_input.AsSpan(_inputStart.._inputEnd), output, _isInputAtEnd);
        _inputStart += taken;
        return given;
    }

    private void Refill(int count)
    {
        _inputStart = 0;
        _inputEnd = count;
        _isInputAtEnd = count == 0;
    }
}
