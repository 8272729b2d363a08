using System.Globalization;
using Caisson.Linux.Native;
using Caisson.Oci.Images;
using Caisson.Oci.Stargz;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Imaging;

/// <summary>How a layer becomes a blob.</summary>
/// <param name="Compression">Of the blob.</param>
/// <param name="Time">The time that files from build contexts carry, and that no other file's time may be later than.</param>
internal sealed record BlobForm(LayerCompression Compression, FileTime Time)
{
    /// <summary>The name of no form in particular: that of a blob which has the layer's own archive, compressed in some way.</summary>
    public const string OtherName = Prefix + "other";

    private const string Prefix = "blob-";
    private const string StargzPrefix = Prefix + "estargz";
    private const string ImagePrefix = "image-blob-";
    private const int DigestCharacters = 32;

    /// <summary>Whether files that a step made keep times later than <see cref="Time"/>.</summary>
    public bool KeepsTimes { get; init; }

    /// <summary>Whether layers of base images are written anew where a file in them is later than <see cref="Time"/>.</summary>
    public bool RewritesImages { get; init; }

    /// <summary>The media type of such a blob.</summary>
    public string MediaType => Compression.MediaType;

    /// <summary>A name for the form of a layer that was built, fit for a file: equal forms of one layer are one blob.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Codec}-{(KeepsTimes ? "keep" : "clamp")}-{Time.Seconds}");

    /// <summary>The same for a layer of an image. Images that have its files in other bytes may keep these.</summary>
    public string ImageNameOf(ImageLayer layer) => string.Create(
        CultureInfo.InvariantCulture,
        $"{ImagePrefix}{Codec}-{(Compression.IsForced ? "forced" : "free")}{(RewritesImages ? $"-{Time.Seconds}" : "")}-{layer.Blob.Digest.Hex[..DigestCharacters]}");

    /// <summary>The name and version of the codec, and the level: whatever else the bytes depend on.</summary>
    /// <exception cref="MissingLibraryException">The codec is a library that this machine does not have.</exception>
    public string Codec => Compression.Codec switch
    {
        LayerCodec.Uncompressed => "tar",
        LayerCodec.Gzip => $"{Deflate}.{Level}",
        LayerCodec.Zstd => $"{ZstdEncoder.Codec}.{Level}",
        LayerCodec.Stargz => $"estargz-1-{Deflate}.{Level}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Deflate => GzipEncoderStream.Codec.Replace('/', '-');

    private string Level => Compression.UsedLevel.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether a file of a layer is the record of a blob.</summary>
    public static bool IsRecord(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) || name.StartsWith(ImagePrefix, StringComparison.Ordinal);

    /// <summary>Whether such a blob has the layer's own archive, and nothing more.</summary>
    public static bool HasOwnArchive(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) && !name.StartsWith(StargzPrefix, StringComparison.Ordinal);

    /// <summary>Whether a layer of an image may have to be written anew.</summary>
    public bool MayChange(ImageLayer layer) => RewritesImages || MustConvert(layer);

    /// <summary>Whether a layer of an image has to be written anew, whatever its times are. One that has the codec keeps its bytes, unless a level is asked for.</summary>
    public bool MustConvert(ImageLayer layer)
    {
        if (!Compression.IsForced)
            return false;
        bool isStargz = layer.Blob.Annotations?.ContainsKey(StargzFacts.TableDigestAnnotation) == true;
        LayerCodec? codec = isStargz ? LayerCodec.Stargz : CompressionFormat.OfMediaType(layer.Blob.MediaType) switch
        {
            Oci.Tar.Compression.None => LayerCodec.Uncompressed,
            Oci.Tar.Compression.Gzip => LayerCodec.Gzip,
            Oci.Tar.Compression.Zstd => LayerCodec.Zstd,
            _ => null,
        };
        return codec != Compression.Codec || Compression.Level is not null;
    }

    /// <summary>The time that an entry carries in the blob.</summary>
    public FileTime TimeOf(FileTime? modified) => modified is not { } own ? Time : KeepsTimes ? own : own.NoLaterThan(Time);
}
