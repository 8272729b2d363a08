using Caisson.Oci.Model;

namespace Caisson.Oci.Images;

/// <summary>What an image consists of, as blobs.</summary>
internal static class ImageBlobs
{
    /// <summary>The layers, the configuration and the manifest; equal ones may repeat.</summary>
    public static IEnumerable<(Descriptor Blob, IBlobSource Source)> Of(Image image)
    {
        foreach (ImageLayer layer in image.Layers)
            yield return (layer.Blob, layer.Source);
        yield return (image.Manifest.Config, new MemoryBlobSource(image.Manifest.Config.Digest, image.ConfigBytes));
        yield return (image.Descriptor, new MemoryBlobSource(image.Descriptor.Digest, image.ManifestBytes));
    }

    /// <summary>Those of all the images, and the index.</summary>
    public static IEnumerable<(Descriptor Blob, IBlobSource Source)> Of(MultiPlatformImage image) =>
        image.Images.SelectMany(Of).Append((image.Descriptor, new MemoryBlobSource(image.Descriptor.Digest, image.IndexBytes)));
}
