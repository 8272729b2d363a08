using System.Buffers.Binary;
using System.Diagnostics;
using Caisson.Oci.Model;

namespace Caisson.Oci.Tar;

/// <summary>How compressions are told apart, by their first bytes and by media types.</summary>
public static class CompressionFormat
{
    /// <summary>How many bytes <see cref="Detect"/> needs to see, unless there are fewer.</summary>
    public const int DetectBytes = 6;

    private const uint ZstdMagic = 0xFD2FB528;
    private const uint ZstdSkippableMagic = 0x184D2A50;
    private const uint ZstdSkippableMask = 0xFFFFFFF0;

    /// <summary>Tells a compression by the first bytes of the data; <see cref="Compression.None"/> when it is none that is known.</summary>
    /// <remarks>
    /// RFC 1952, section 2.3.1; RFC 8878, sections 3.1.1 and 3.1.2: a stream may begin with a skippable frame; the .xz file format 1.2.1, section 2.1.1.1;
    /// bzip2's "BZh".
    /// </remarks>
    public static Compression Detect(ReadOnlySpan<byte> start)
    {
        if (start is [0x1F, 0x8B, 8, ..])
            return Compression.Gzip;
        if (start is [(byte)'B', (byte)'Z', (byte)'h', ..])
            return Compression.Bzip2;
        if (start is [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..])
            return Compression.Xz;
        if (start.Length < sizeof(uint))
            return Compression.None;
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(start);
        return magic == ZstdMagic || (magic & ZstdSkippableMask) == ZstdSkippableMagic ? Compression.Zstd : Compression.None;
    }

    /// <summary>Tells a layer's compression by its media type; null when the type is no layer's.</summary>
    /// <remarks>
    /// image-spec v1.1.1, media-types.md, with the deprecated non-distributable types; Docker image manifest version 2,
    /// schema 2, with the zstd type of containerd. Registries hold layers under a wrong Docker type: what is read should be
    /// opened by its first bytes.
    /// </remarks>
    public static Compression? OfMediaType(string mediaType) => mediaType switch
    {
        MediaTypes.OciLayer or MediaTypes.DockerLayer => Compression.None,
        MediaTypes.OciLayerGzip or MediaTypes.DockerLayerGzip or MediaTypes.DockerForeignLayerGzip => Compression.Gzip,
        MediaTypes.OciLayerZstd or MediaTypes.DockerLayerZstd => Compression.Zstd,
        "application/vnd.oci.image.layer.nondistributable.v1.tar" => Compression.None,
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip" => Compression.Gzip,
        "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd" => Compression.Zstd,
        _ => null,
    };

    /// <summary>The media type of an OCI layer with this compression.</summary>
    /// <exception cref="NotSupportedException">No layer is compressed like this.</exception>
    public static string OciLayerTypeOf(Compression compression) => compression switch
    {
        Compression.None => MediaTypes.OciLayer,
        Compression.Gzip => MediaTypes.OciLayerGzip,
        Compression.Zstd => MediaTypes.OciLayerZstd,
        Compression.Bzip2 or Compression.Xz => throw new NotSupportedException($"a layer is not compressed with {compression}"),
        _ => throw new UnreachableException(),
    };
}
