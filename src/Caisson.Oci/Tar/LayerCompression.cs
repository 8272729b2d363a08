using System.Diagnostics;
using Caisson.Oci.Model;

namespace Caisson.Oci.Tar;

/// <summary>How the layers of an image are compressed.</summary>
/// <param name="Codec">What their blobs are.</param>
public sealed record LayerCompression(LayerCodec Codec)
{
    private readonly int? _level;

    /// <summary>gzip at its ordinary level.</summary>
    public static LayerCompression Default { get; } = new(LayerCodec.Gzip);

    /// <summary>How hard the codec tries, within <see cref="LevelsOf"/>; null for its ordinary level.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The codec has no such level.</exception>
    public int? Level
    {
        get => _level;
        init
        {
            if (value is { } level && (LevelsOf(Codec) is not { } levels || level < levels.Lowest || level > levels.Highest))
                throw new ArgumentOutOfRangeException(nameof(value), level, $"no level of {Codec}");
            _level = value;
        }
    }

    /// <summary>Whether layers of base images take this form too. Otherwise they keep their bytes.</summary>
    public bool IsForced { get; init; }

    /// <summary>The level that is used.</summary>
    public int UsedLevel => Level ?? (Codec == LayerCodec.Zstd ? 3 : GzipOptions.DefaultLevel);

    /// <summary>The OCI media type of such a blob.</summary>
    /// <remarks>image-spec v1.1.1, media-types.md; an eStargz is a gzip to who knows no better.</remarks>
    public string MediaType => Codec switch
    {
        LayerCodec.Uncompressed => MediaTypes.OciLayer,
        LayerCodec.Gzip or LayerCodec.Stargz => MediaTypes.OciLayerGzip,
        LayerCodec.Zstd => MediaTypes.OciLayerZstd,
        _ => throw new UnreachableException(),
    };

    /// <summary>The levels of a codec; null when it has none. Zstandard's 0 is its ordinary level.</summary>
    public static (int Lowest, int Highest)? LevelsOf(LayerCodec codec) => codec switch
    {
        LayerCodec.Gzip or LayerCodec.Stargz => (GzipOptions.StoredLevel, GzipOptions.SmallestLevel),
        LayerCodec.Zstd => (0, 22),
        _ => null,
    };
}
