using System.Runtime.InteropServices;

namespace Caisson.Linux.Native;

/// <summary>Reads bzip2 through the system's libbz2, which every Debian has.</summary>
/// <remarks>bzlib.h of bzip2 1.0.8. Several streams in a row are read as one, as bzip2(1) does and parallel compressors write them.</remarks>
public static partial class Bzip2Decoder
{
    private const string Library = "libbz2.so.1.0";
    private const int Ok = 0; // BZ_OK
    private const int StreamEnd = 4; // BZ_STREAM_END

    /// <summary>Whether the library is on this machine.</summary>
    public static bool IsAvailable => SystemLibrary.IsAvailable(Library);

    /// <summary>Opens what a stream holds compressed. The stream is disposed with the result.</summary>
    /// <exception cref="MissingLibraryException">The library is missing.</exception>
    public static Stream Open(Stream compressed)
    {
        SystemLibrary.Require(Library, "libbz2-1.0", "what is compressed with bzip2");
        return new Decoder(compressed);
    }

    private sealed unsafe class Decoder : DecodingStream
    {
        private readonly BzStream* _stream = (BzStream*)NativeMemory.AllocZeroed((nuint)sizeof(BzStream));
        private bool _isInStream;

        public Decoder(Stream compressed)
            : base(compressed) => Start();

        protected override (int Taken, int Given) Decode(ReadOnlySpan<byte> input, Span<byte> output, bool isAtEnd)
        {
            if (!_isInStream && input.IsEmpty)
                return (0, 0);
            if (!_isInStream)
                Start();
            fixed (byte* to = output)
            fixed (byte* from = input)
            {
                // Neither changes its own address: the decoder refuses to go on with another.
                _stream->NextIn = from;
                _stream->AvailableIn = (uint)input.Length;
                _stream->NextOut = to;
                _stream->AvailableOut = (uint)output.Length;
                int answer = Decompress(_stream);
                if (answer is not (Ok or StreamEnd))
                    throw new InvalidDataException("the bzip2 data is damaged");
                int given = output.Length - (int)_stream->AvailableOut;
                if (answer == StreamEnd)
                    Stop();
                else if (isAtEnd && given == 0)
                    throw new InvalidDataException("the bzip2 data ends too early");
                return (input.Length - (int)_stream->AvailableIn, given);
            }
        }

        protected override void Free()
        {
            Stop();
            NativeMemory.Free(_stream);
        }

        private void Start()
        {
            *_stream = default;
            if (StartDecompress(_stream, verbosity: 0, small: 0) != Ok)
                throw new InvalidOperationException("libbz2 has no decoder");
            _isInStream = true;
        }

        private void Stop()
        {
            if (_isInStream)
                _ = EndDecompress(_stream); // nothing that could be done about it
            _isInStream = false;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct BzStream
    {
        public byte* NextIn;
        public uint AvailableIn;
        public uint TotalInLow;
        public uint TotalInHigh;
        public byte* NextOut;
        public uint AvailableOut;
        public uint TotalOutLow;
        public uint TotalOutHigh;
        public nint State;
        public nint Allocate;
        public nint Free;
        public nint Opaque;
    }

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompressInit")]
    private static unsafe partial int StartDecompress(BzStream* stream, int verbosity, int small);

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompress")]
    private static unsafe partial int Decompress(BzStream* stream);

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompressEnd")]
    private static unsafe partial int EndDecompress(BzStream* stream);
}
