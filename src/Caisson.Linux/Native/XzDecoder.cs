using System.Runtime.InteropServices;

namespace Caisson.Linux.Native;

/// <summary>Reads xz through the system's liblzma, which every Debian has.</summary>
/// <remarks>The .xz file format 1.2.1; lzma/base.h and lzma/container.h of liblzma 5.4. Several streams in a row are read as one, as xz(1) does.</remarks>
public static partial class XzDecoder
{
    // A dictionary is as large as the data asks for; xz -9 asks for 64 MiB.
    private const ulong MaxMemoryBytes = 512 << 20;

    private const string Library = "liblzma.so.5";
    private const uint Concatenated = 8; // LZMA_CONCATENATED
    private const int Run = 0; // LZMA_RUN
    private const int Finish = 3; // LZMA_FINISH

    /// <summary>Whether the library is on this machine.</summary>
    public static bool IsAvailable => SystemLibrary.IsAvailable(Library);

    /// <summary>Opens what a stream holds compressed. The stream is disposed with the result.</summary>
    /// <exception cref="MissingLibraryException">The library is missing.</exception>
    public static Stream Open(Stream compressed)
    {
        SystemLibrary.Require(Library, "liblzma5", "what is compressed with xz");
        return new Decoder(compressed);
    }

    private enum Answer
    {
        Ok = 0,
        StreamEnd = 1,
        MemoryLimit = 6,
        BadFormat = 7,
        BadOptions = 8,
        BufferError = 10,
    }

    private sealed unsafe class Decoder : DecodingStream
    {
        private readonly LzmaStream* _stream = (LzmaStream*)NativeMemory.AllocZeroed((nuint)sizeof(LzmaStream));
        private bool _isOver;

        public Decoder(Stream compressed)
            : base(compressed)
        {
            if (StartDecoder(_stream, MaxMemoryBytes, Concatenated) != Answer.Ok)
                throw new InvalidOperationException("liblzma has no decoder");
        }

        protected override (int Taken, int Given) Decode(ReadOnlySpan<byte> input, Span<byte> output, bool isAtEnd)
        {
            if (_isOver)
                return (0, 0);
            fixed (byte* to = output)
            fixed (byte* from = input)
            {
                *_stream = *_stream with { NextIn = from, AvailableIn = (nuint)input.Length, NextOut = to, AvailableOut = (nuint)output.Length };
                Answer answer = Code(_stream, isAtEnd ? Finish : Run);
                int taken = input.Length - (int)_stream->AvailableIn;
                int given = output.Length - (int)_stream->AvailableOut;
                _isOver = answer == Answer.StreamEnd;
                if (answer is not (Answer.Ok or Answer.StreamEnd or Answer.BufferError))
                    throw new InvalidDataException(Describe(answer));
                // Without progress, the first answer is that all is well.
                if (isAtEnd && given == 0 && !_isOver)
                    throw new InvalidDataException("the xz data ends too early");
                return (taken, given);
            }
        }

        protected override void Free()
        {
            End(_stream);
            NativeMemory.Free(_stream);
        }

        private static string Describe(Answer answer) => answer switch
        {
            Answer.MemoryLimit => $"the xz data asks for more than {MaxMemoryBytes >> 20} MiB of memory",
            Answer.BadFormat => "the data is not in the xz format",
            Answer.BadOptions => "the xz data uses a filter or a check that liblzma does not know",
            _ => "the xz data is damaged",
        };
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct LzmaStream
    {
        public byte* NextIn;
        public nuint AvailableIn;
        public ulong TotalIn;
        public byte* NextOut;
        public nuint AvailableOut;
        public ulong TotalOut;
        public nint Allocator;
        public nint Internal;
        public fixed ulong Reserved[8]; // four pointers, two 64-bit numbers, two sizes
        public fixed int ReservedEnums[2];
    }

    [LibraryImport(Library, EntryPoint = "lzma_stream_decoder")]
    private static unsafe partial Answer StartDecoder(LzmaStream* stream, ulong memoryLimit, uint flags);

    [LibraryImport(Library, EntryPoint = "lzma_code")]
    private static unsafe partial Answer Code(LzmaStream* stream, int action);

    [LibraryImport(Library, EntryPoint = "lzma_end")]
    private static unsafe partial void End(LzmaStream* stream);
}
