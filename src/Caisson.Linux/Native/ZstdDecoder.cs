using System.Buffers;
using System.Runtime.InteropServices;

namespace Caisson.Linux.Native;

/// <summary>Reads zstd through the system's libzstd, which every Debian has.</summary>
/// <remarks>RFC 8878; zstd.h of libzstd 1.5, "Streaming decompression".</remarks>
public static partial class ZstdDecoder
{
    private const string Library = "libzstd.so.1";

    /// <summary>Whether the library is on this machine.</summary>
    public static bool IsAvailable
    {
        get
        {
            if (!NativeLibrary.TryLoad(Library, out nint handle))
                return false;
            NativeLibrary.Free(handle);
            return true;
        }
    }

    /// <summary>Opens what a stream holds compressed. The stream is disposed with the result.</summary>
    /// <exception cref="DllNotFoundException">The library is missing.</exception>
    public static Stream Open(Stream compressed) => new DecodingStream(compressed);

    private sealed class DecodingStream : Stream
    {
        private const int InputBytes = 128 << 10;

        private readonly Stream _compressed;
        private readonly byte[] _input = ArrayPool<byte>.Shared.Rent(InputBytes);
        private nint _context;
        private int _inputStart;
        private int _inputEnd;
        private bool _isBetweenFrames = true;

        public DecodingStream(Stream compressed)
        {
            _compressed = compressed;
            _context = CreateContext();
        }

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
                if (_inputStart == _inputEnd && !Refill(_compressed.Read(_input)))
                    return 0;
            }
            return 0;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (!buffer.IsEmpty)
            {
                if (Decode(buffer.Span) is int count and not 0)
                    return count;
                if (_inputStart == _inputEnd && !Refill(await _compressed.ReadAsync(_input, cancellationToken).ConfigureAwait(false)))
                    return 0;
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

        protected override void Dispose(bool disposing)
        {
            if (_context != 0)
            {
                FreeContext(_context);
                _context = 0;
                ArrayPool<byte>.Shared.Return(_input);
                if (disposing)
                    _compressed.Dispose();
            }
            base.Dispose(disposing);
        }

        private bool Refill(int count)
        {
            _inputStart = 0;
            _inputEnd = count;
            if (count == 0 && !_isBetweenFrames)
                throw new InvalidDataException("the zstd data ends in the middle of a frame");
            return count > 0;
        }

        private unsafe int Decode(Span<byte> output)
        {
            ObjectDisposedException.ThrowIf(_context == 0, this);
            fixed (byte* to = output)
            fixed (byte* from = _input)
            {
                Buffer outBuffer = new() { Start = to, Size = (nuint)output.Length };
                Buffer inBuffer = new() { Start = from, Size = (nuint)_inputEnd, Position = (nuint)_inputStart };
                nuint hint = Decompress(_context, ref outBuffer, ref inBuffer);
                if (IsError(hint) != 0)
                    throw new InvalidDataException($"the zstd data is damaged: {Marshal.PtrToStringUTF8(ErrorName(hint))}");
                _isBetweenFrames = hint == 0 || (_isBetweenFrames && inBuffer.Position == (nuint)_inputStart && outBuffer.Position == 0);
                _inputStart = (int)inBuffer.Position;
                return (int)outBuffer.Position;
            }
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Buffer
    {
        public byte* Start;
        public nuint Size;
        public nuint Position;
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_createDStream")]
    private static partial nint CreateContext();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDStream")]
    private static partial nuint FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    private static partial nuint Decompress(nint context, ref Buffer output, ref Buffer input);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    private static partial nint ErrorName(nuint code);
}
