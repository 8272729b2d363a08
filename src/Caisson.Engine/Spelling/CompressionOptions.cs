using System.Globalization;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Spelling;

/// <summary>What <c>--output</c> and <c>--cache-to</c> say about the compression of layers, in the spelling of <c>docker buildx build</c>.</summary>
public static class CompressionOptions
{
    private static readonly string[] Names = ["gzip", "zstd", "estargz", "uncompressed"];

    /// <summary>Takes <c>compression</c>, <c>compression-level</c> and <c>force-compression</c> from the options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="shown">The option that they stand in, as it was written.</param>
    /// <exception cref="UsageException">One is not understood.</exception>
    public static LayerCompression Take(OptionList options, string shown)
    {
        string name = options.Take("compression") ?? "gzip";
        LayerCodec codec = name switch
        {
            "gzip" => LayerCodec.Gzip,
            "zstd" => LayerCodec.Zstd,
            "estargz" => LayerCodec.Stargz,
            "uncompressed" => LayerCodec.Uncompressed,
            _ => throw new UsageException($"{shown}: \"{name}\" is no compression; they are {string.Join(", ", Names)}"),
        };
        return new LayerCompression(codec) { Level = LevelOf(options.Take("compression-level"), codec, name, shown), IsForced = options.TakeFlag("force-compression") };
    }

    private static int? LevelOf(string? text, LayerCodec codec, string name, string shown)
    {
        if (text is null)
            return null;
        if (LayerCompression.LevelsOf(codec) is not { } levels)
            throw new UsageException($"{shown}: compression={name} has no levels");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int level) && level >= levels.Lowest && level <= levels.Highest
            ? level
            : throw new UsageException($"{shown}: \"{text}\" is no level of {name}; they are {levels.Lowest} to {levels.Highest}");
    }
}
