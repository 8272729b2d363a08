using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Oci.Images;

/// <summary>Images for several platforms under one name, as an immutable value: an index and the images that it names.</summary>
/// <remarks>image-spec v1.1.1, image-index.md.</remarks>
public sealed class MultiPlatformImage
{
    private MultiPlatformImage(Descriptor descriptor, ImageIndex index, ReadOnlyMemory<byte> indexBytes, ImmutableArray<Image> images)
    {
        Index = index;
        IndexBytes = indexBytes;
        Images = images;
        Descriptor = descriptor;
    }

    /// <summary>Names the index.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>The index.</summary>
    public ImageIndex Index { get; }

    /// <summary>The index's exact bytes: those that its digest names.</summary>
    public ReadOnlyMemory<byte> IndexBytes { get; }

    /// <summary>The images, in the order of the index.</summary>
    public ImmutableArray<Image> Images { get; }

    /// <summary>Puts images under one index, in the order given. It is a manifest list of Docker's when all of them are in Docker's media types.</summary>
    /// <param name="images">The images; each platform once.</param>
    /// <param name="annotations">Annotations of the index, or null.</param>
    public static MultiPlatformImage Create(ImmutableArray<Image> images, ImmutableSortedDictionary<string, string>? annotations = null)
    {
        bool isDocker = images.All(static i => i.Descriptor.MediaType == MediaTypes.DockerManifest) && annotations is null;
        ImageIndex index = new()
        {
            SchemaVersion = 2,
            MediaType = isDocker ? MediaTypes.DockerIndex : MediaTypes.OciIndex,
            Manifests = [.. images.Select(static i => i.Descriptor)],
            Annotations = annotations,
        };
        byte[] indexBytes = OciJson.Write(index);
        return new MultiPlatformImage(Descriptor.Of(index.MediaType, indexBytes), index, indexBytes, images);
    }

    /// <summary>The same images; whoever names their index says these annotations with it. Its digest does not change.</summary>
    public MultiPlatformImage NamedWith(ImmutableSortedDictionary<string, string>? annotations) =>
        new(Descriptor with { Annotations = annotations }, Index, IndexBytes, Images);
}
