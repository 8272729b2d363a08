using System.Runtime.InteropServices;

namespace Caisson.Linux.Native;

/// <summary>Writes zstd through the system's libzstd, which every Debian has.</summary>
/// <remarks>RFC 8878; zstd.h of libzstd 1.5, "Streaming compression" and "Advanced compression API".</remarks>
public static partial class ZstdEncoder
{
    internal const int CompressionLevel = 100;
    internal const int WithChecksum = 201;
    internal const int Workers = 400;
    internal const int Continue = 0;
    internal const int End = 2;

    private const string Library = "libzstd.so.1";

    /// <summary>The name and version of the codec: other versions of the library give other bytes.</summary>
    /// <remarks>A library without threads gives other bytes than one with them, as it does not divide the input.</remarks>
    /// <exception cref="MissingLibraryException">The library is missing.</exception>
    public static string Codec
    {
        get
        {
            Require();
            return $"zstd-{Marshal.PtrToStringUTF8(VersionString())}{(HasThreads() ? "" : "-undivided")}";
        }
    }

    /// <summary>Starts one frame. The bytes depend on the input, the level and <see cref="Codec"/>; not on threads or the sizes of writes.</summary>
    /// <param name="output">Where the frame goes; stays open.</param>
    /// <param name="level">0 to 22; 0 is the library's ordinary level.</param>
    /// <param name="threads">How many compress, 1 or more. Each takes memory: some 10 MiB at the ordinary level, some hundred at level 19, more than 1 GiB at level 22.</param>
    /// <exception cref="MissingLibraryException">The library is missing.</exception>
    public static ZstdEncoderStream Open(Stream output, int level, int threads)
    {
        Require();
        return new ZstdEncoderStream(output, level, HasThreads() ? threads : 0);
    }

    private static void Require() => SystemLibrary.Require(Library, "libzstd1", "layers compressed with zstd");

    private static unsafe bool HasThreads()
    {
        Bounds bounds = ParameterBounds(Workers);
        return IsError(bounds.Error) == 0 && bounds.Highest > 0;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct Buffer
    {
        public byte* Start;
        public nuint Size;
        public nuint Position;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Bounds
    {
        public nuint Error;
        public int Lowest;
        public int Highest;
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_versionString")]
    private static partial nint VersionString();

    [LibraryImport(Library, EntryPoint = "ZSTD_cParam_getBounds")]
    private static partial Bounds ParameterBounds(int parameter);

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    internal static partial nint CreateContext();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    internal static partial nuint FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_CCtx_setParameter")]
    internal static partial nuint SetParameter(nint context, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_compressStream2")]
    internal static partial nuint Compress(nint context, ref Buffer output, ref Buffer input, int directive);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    internal static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    private static partial nint ErrorName(nuint code);

    internal static void Check(nuint code)
    {
        if (IsError(code) != 0)
            throw new InvalidOperationException($"libzstd: {Marshal.PtrToStringUTF8(ErrorName(code))}");
    }
}
