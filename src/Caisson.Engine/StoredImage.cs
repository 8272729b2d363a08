using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>An image of the store, with all of its names.</summary>
/// <param name="Descriptor">Names it: a manifest, or an index.</param>
/// <param name="Names">Its names, sorted; none when it was kept without one.</param>
/// <param name="Images">The images of all its platforms; one at least.</param>
public sealed record StoredImage(Descriptor Descriptor, ImmutableArray<Reference> Names, ImmutableArray<Image> Images)
{
    /// <summary>The image's id, as Docker understands it: the digest of its configuration, or of the index when there is one.</summary>
    public Digest Id => MediaTypes.IsIndex(Descriptor.MediaType) ? Descriptor.Digest : Images[0].Manifest.Config.Digest;
}
