using Caisson.Oci.Tar;

namespace Caisson.Linux.Native;

/// <summary>The decoders that are libraries of the system, for whoever reads compressed data of any kind.</summary>
public static class SystemDecoders
{
    /// <summary>No limit, and every compression that this machine has a library for; one without fails with <see cref="MissingLibraryException"/>.</summary>
    public static DecompressionOptions Options { get; } = new() { OpenZstd = ZstdDecoder.Open, OpenXz = XzDecoder.Open, OpenBzip2 = Bzip2Decoder.Open };
}
