using Caisson.Engine.Planning;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;

namespace Caisson.Engine.Sources;

/// <summary>Finds images on this machine, else in their registries.</summary>
/// <param name="store">The images on this machine.</param>
/// <param name="registry">The way to the others.</param>
/// <param name="alwaysAsks">Whether the registry is asked even when the image is here: a tag may have moved.</param>
internal sealed class ImageResolver(ImageStore store, RegistryClient registry, bool alwaysAsks) : IImageResolver
{
    /// <inheritdoc/>
    public async Task<ResolvedImage> ResolveAsync(Reference reference, Platform platform, CancellationToken ct)
    {
        Image? here = alwaysAsks && reference.Digest is null ? null : await store.FindAsync(reference, platform, registry.BlobsOf(reference), ct).ConfigureAwait(false);
        Image image = here ?? await PullAsync(reference, platform, ct).ConfigureAwait(false);
        return new ResolvedImage(reference.WithDefaultTag().WithDigest(image.Descriptor.Digest), image);
    }

    private async Task<Image> PullAsync(Reference reference, Platform platform, CancellationToken ct)
    {
        Image image = await registry.PullAsync(reference.WithDefaultTag(), platform, ct).ConfigureAwait(false);
        return await store.RememberAsync(reference, platform, image, ct).ConfigureAwait(false);
    }
}
