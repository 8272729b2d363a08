using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Oci.Images;

/// <summary>What must hold before an image from elsewhere is used.</summary>
internal static class ImageValidation
{
    // Docker stops at 127 layers; some registries hold images with more.
    private const int MaxLayers = 512;

    // Whoever sends without end shall not fill the disk before the digest gives it away.
    private const long MaxLayerBytes = 1L << 40;

    /// <exception cref="InvalidImageException">Manifest and configuration do not fit each other or break the specification.</exception>
    public static void Check(ImageManifest manifest, ReadOnlySpan<byte> configBytes, ImageConfig config)
    {
        if (manifest.SchemaVersion != 2)
            throw new InvalidImageException($"the manifest has schema version {manifest.SchemaVersion}; only version 2 is read");
        if (manifest.Layers.Length > MaxLayers)
            throw new InvalidImageException($"the manifest has more than {MaxLayers} layers");
        if (!manifest.Config.Digest.IsOf(configBytes))
            throw new InvalidImageException($"the configuration is not the one that the manifest names ({manifest.Config.Digest})");
        ImmutableArray<Digest> diffIds = config.RootFs.DiffIds;
        if (diffIds.Length != manifest.Layers.Length)
            throw new InvalidImageException($"the manifest has {manifest.Layers.Length} layers, its configuration {diffIds.Length}");
        if (manifest.Layers.Any(static l => l.Size < 0))
            throw new InvalidImageException("a layer has a negative size");
        if (manifest.Layers.Any(static l => l.Size > MaxLayerBytes))
            throw new InvalidImageException($"a layer claims more than {MaxLayerBytes} bytes");
    }
}
