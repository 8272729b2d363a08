using Microsoft.Win32.SafeHandles;

namespace Caisson.Oci.Tar;

/// <summary>The content of an entry to write: bytes, a stream or an open file. The default value is empty.</summary>
internal readonly struct TarContent
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly Stream? _stream;
    private readonly SafeFileHandle? _file;

    public TarContent(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    public TarContent(Stream stream) => _stream = stream;

    public TarContent(SafeFileHandle file) => _file = file;

    /// <summary>Reads what stands at an offset; offsets follow each other. Returns 0 at the end.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken ct)
    {
        if (_file is not null)
            return new ValueTask<int>(RandomAccess.Read(_file, buffer.Span, offset));
        // A file stream that is not asynchronous would only let another thread do the same blocking read.
        if (_stream is FileStream { IsAsync: false })
            return new ValueTask<int>(_stream.Read(buffer.Span));
        if (_stream is not null)
            return _stream.ReadAsync(buffer, ct);
        ReadOnlyMemory<byte> rest = _bytes[(int)offset..];
        rest = rest[..Math.Min(rest.Length, buffer.Length)];
        rest.CopyTo(buffer);
        return new ValueTask<int>(rest.Length);
    }
}
