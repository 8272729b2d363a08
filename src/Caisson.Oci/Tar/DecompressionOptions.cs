namespace Caisson.Oci.Tar;

/// <summary>How <see cref="Decompression"/> opens data.</summary>
public sealed record DecompressionOptions
{
    /// <summary>The most bytes that come out before reading fails. No limit by default: what reads tar has its own.</summary>
    public long MaxBytes { get; init; } = long.MaxValue;

    /// <summary>
    /// Opens zstd: takes the compressed stream and returns the plain one, which owns it. Null when this machine has no zstd;
    /// such data then fails with <see cref="NotSupportedException"/>.
    /// </summary>
    public Func<Stream, Stream>? OpenZstd { get; init; }

    /// <summary>Opens bzip2, as <see cref="OpenZstd"/> does zstd.</summary>
    public Func<Stream, Stream>? OpenBzip2 { get; init; }

    /// <summary>Opens xz, as <see cref="OpenZstd"/> does zstd.</summary>
    public Func<Stream, Stream>? OpenXz { get; init; }
}
