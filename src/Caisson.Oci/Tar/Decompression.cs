using System.Diagnostics;

namespace Caisson.Oci.Tar;

/// <summary>Opens compressed data for reading.</summary>
/// <remarks>Broken data and data beyond the limit throw <see cref="InvalidDataException"/> while it is read.</remarks>
public static class Decompression
{
    /// <summary>Opens data whose compression is known.</summary>
    /// <param name="input">Owned by the stream that is returned.</param>
    /// <param name="compression">How the data is compressed.</param>
    /// <param name="options">Null for no limit, and nothing but gzip.</param>
    /// <exception cref="NotSupportedException">The options have no way to open such data.</exception>
    public static Stream Open(Stream input, Compression compression, DecompressionOptions? options = null)
    {
        options ??= new DecompressionOptions();
        Stream plain = compression switch
        {
            Compression.None => input,
            Compression.Gzip => new GzipDecoderStream(input),
            Compression.Zstd => OpenWith(options.OpenZstd, input, "zstd"),
            Compression.Bzip2 => OpenWith(options.OpenBzip2, input, "bzip2"),
            Compression.Xz => OpenWith(options.OpenXz, input, "xz"),
            _ => throw new UnreachableException(),
        };
        return options.MaxBytes == long.MaxValue ? plain : new SizeLimitStream(plain, options.MaxBytes);
    }

    /// <summary>Opens data after a look at its first bytes.</summary>
    /// <param name="input">Need not seek; owned by the stream that is returned, and disposed when this throws.</param>
    /// <param name="options">Null for no limit, and nothing but gzip.</param>
    /// <param name="ct">Stops the look.</param>
    /// <returns>The plain data, and what compression was found.</returns>
    /// <exception cref="NotSupportedException">The options have no way to open such data.</exception>
    public static async Task<(Stream Plain, Compression Compression)> OpenDetectedAsync(
        Stream input, DecompressionOptions? options = null, CancellationToken ct = default)
    {
        try
        {
            byte[] start = new byte[CompressionFormat.DetectBytes];
            int count = await input.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
            Compression compression = CompressionFormat.Detect(start.AsSpan(0, count));
            if (input.CanSeek)
                input.Seek(-count, SeekOrigin.Current);
            Stream whole = input.CanSeek ? input : new PrefixedStream(start.AsMemory(0, count), input);
            return (Open(whole, compression, options), compression);
        }
        catch
        {
            await input.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static Stream OpenWith(Func<Stream, Stream>? open, Stream input, string name) =>
        open is not null ? open(input) : throw new NotSupportedException($"the data is compressed with {name}, which is not available");
}
