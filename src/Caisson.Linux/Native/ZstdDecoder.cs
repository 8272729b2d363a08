using System.Runtime.InteropServices;

namespace Caisson.Linux.Native;

/// <summary>Reads zstd through the system's libzstd, which every Debian has.</summary>
/// <remarks>RFC 8878; zstd.h of libzstd 1.5, "Streaming decompression".</remarks>
public static partial class ZstdDecoder
{
    private const string Library = "libzstd.so.1";

    /// <summary>Whether the library is on this machine.</summary>
    public static bool IsAvailable => SystemLibrary.IsAvailable(Library);

    /// <summary>Opens what a stream holds compressed. The stream is disposed with the result.</summary>
    /// <exception cref="MissingLibraryException">The library is missing.</exception>
    public static Stream Open(Stream compressed)
    {
        SystemLibrary.Require(Library, "libzstd1", "what is compressed with zstd");
        return new Decoder(compressed);
    }

    private sealed class Decoder(Stream compressed) : DecodingStream(compressed)
    {
        private readonly nint _context = CreateContext();
        private bool _isBetweenFrames = true;

        protected override unsafe (int Taken, int Given) Decode(ReadOnlySpan<byte> input, Span<byte> output, bool isAtEnd)
        {
            fixed (byte* to = output)
            fixed (byte* from = input)
            {
                Buffer outBuffer = new() { Start = to, Size = (nuint)output.Length };
                Buffer inBuffer = new() { Start = from, Size = (nuint)input.Length };
                nuint hint = Decompress(_context, ref outBuffer, ref inBuffer);
                if (IsError(hint) != 0)
                    throw new InvalidDataException($"the zstd data is damaged: {Marshal.PtrToStringUTF8(ErrorName(hint))}");
                _isBetweenFrames = hint == 0 || (_isBetweenFrames && inBuffer.Position == 0 && outBuffer.Position == 0);
                if (isAtEnd && outBuffer.Position == 0 && !_isBetweenFrames)
                    throw new InvalidDataException("the zstd data ends in the middle of a frame");
                return ((int)inBuffer.Position, (int)outBuffer.Position);
            }
        }

        protected override void Free() => FreeContext(_context);
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
