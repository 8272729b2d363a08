using System.Collections.Immutable;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Spelling;

/// <summary>The values of <c>--cache-to</c> and <c>--cache-from</c>, in the spelling of <c>docker buildx build</c>.</summary>
public static class CacheValues
{
    /// <summary>The option for caches that a build leaves.</summary>
    public const string To = "--cache-to";

    /// <summary>The option for caches that a build looks into.</summary>
    public const string From = "--cache-from";

    /// <summary>What values of <c>--cache-to</c> ask for.</summary>
    /// <exception cref="UsageException">A value is not understood.</exception>
    public static ImmutableArray<CacheExport> ReadExports(IEnumerable<string> values, Func<string, string?> find)
    {
        ImmutableArray<CacheExport>.Builder exports = ImmutableArray.CreateBuilder<CacheExport>();
        foreach (string value in values)
        {
            if (!value.Contains('=', StringComparison.Ordinal))
            {
                exports.Add(new CacheExport(new CacheLocation.Registry(CacheLocations.ReferenceOf(value, To))));
                continue;
            }
            string shown = $"{To} {CacheLocations.WithoutSecrets(value)}";
            OptionList options = OptionList.ParseShown(value, shown);
            exports.Add(ReadExport(CacheLocations.Read(options, shown, "dest", find), options, shown));
            options.RequireEmpty();
        }
        return exports.ToImmutable();
    }

    /// <summary>What values of <c>--cache-from</c> ask for.</summary>
    /// <exception cref="UsageException">A value is not understood.</exception>
    public static ImmutableArray<CacheImport> ReadImports(IEnumerable<string> values, Func<string, string?> find)
    {
        ImmutableArray<CacheImport>.Builder imports = ImmutableArray.CreateBuilder<CacheImport>();
        foreach (string value in values)
        {
            if (!value.Contains('=', StringComparison.Ordinal))
            {
                imports.Add(new CacheImport(new CacheLocation.Registry(CacheLocations.ReferenceOf(value, From))));
                continue;
            }
            string shown = $"{From} {CacheLocations.WithoutSecrets(value)}";
            OptionList options = OptionList.ParseShown(value, shown);
            CacheImport import = new(CacheLocations.Read(options, shown, "src", find));
            if (import.Location is CacheLocation.Inline)
                throw new UsageException($"{shown}: the cache of an image is read by its name: {From} REGISTRY/NAME:TAG");
            imports.Add(CacheLocations.TimeoutOf(options, "timeout", shown) is { } timeout ? import with { Timeout = timeout } : import);
            options.RequireEmpty();
        }
        return imports.ToImmutable();
    }

    private static CacheExport ReadExport(CacheLocation location, OptionList options, string shown)
    {
        CacheExport export = new(location);
        export = export with
        {
            HasAllSteps = options.Take("mode") switch
            {
                null or "min" => false,
                "max" when location is CacheLocation.Inline => throw new UsageException($"{shown}: an image carries the steps of its own layers only, mode=min; for mode=max give the cache a place of its own, type=registry"),
                "max" => true,
                string other => throw new UsageException($"{shown}: mode={other} is neither min nor max"),
            },
            IgnoresErrors = options.TakeFlag("ignore-error"),
            Timeout = CacheLocations.TimeoutOf(options, "timeout", shown) ?? export.Timeout,
        };
        if (location is CacheLocation.Inline)
            return export;
        // The others have documents of their own and no manifests.
        bool hasManifest = location is CacheLocation.Registry or CacheLocation.Directory;
        bool isOci = !hasManifest || options.TakeFlag("oci-mediatypes", otherwise: true);
        bool isImage = !hasManifest || options.TakeFlag("image-manifest", otherwise: isOci);
        if (isImage && !isOci)
            throw new UsageException($"{shown}: image-manifest=true needs oci-mediatypes=true");
        return export with
        {
            UsesOciMediaTypes = isOci,
            IsImageManifest = isImage,
            Resets = location is CacheLocation.Directory && options.TakeFlag("reset"),
            Compression = CompressionOf(options, shown),
            Mounts = [.. (options.Take("mounts") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
        };
    }

    // A cache has layers as they are built, and an eStargz has more in it.
    private static LayerCompression CompressionOf(OptionList options, string shown) => CompressionOptions.Take(options, shown) switch
    {
        { Codec: LayerCodec.Stargz } => throw new UsageException($"{shown}: a cache has no layers in eStargz; write compression=gzip, zstd or uncompressed"),
        var compression => compression,
    };
}
