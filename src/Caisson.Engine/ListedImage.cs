using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>An image under one of its names.</summary>
/// <param name="Name">The name.</param>
/// <param name="Descriptor">What the name stands for: a manifest, or an index.</param>
/// <param name="Images">The images of all its platforms; one at least.</param>
public sealed record ListedImage(Reference Name, Descriptor Descriptor, ImmutableArray<Image> Images)
{
    /// <summary>The image's id, as Docker understands it: the digest of its configuration, or of the index when there is one.</summary>
    public Digest Id => MediaTypes.IsIndex(Descriptor.MediaType) ? Descriptor.Digest : Images[0].Manifest.Config.Digest;
}
