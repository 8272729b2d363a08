using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
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
    private static readonly ImmutableArray<RegistryErrorKind> NotHad =
        [RegistryErrorKind.NotFound, RegistryErrorKind.Unauthorized, RegistryErrorKind.Denied, RegistryErrorKind.Unreachable];

    /// <inheritdoc/>
    public async Task<ResolvedImage> ResolveAsync(Reference reference, Platform platform, CancellationToken ct)
    {
        Image? here = alwaysAsks && reference.Digest is null ? null : await store.FindAsync(reference, platform, registry.BlobsOf(reference), ct).ConfigureAwait(false);
        Image image = here ?? await PullAsync(reference, platform, ct).ConfigureAwait(false);
        return new ResolvedImage(reference.WithDefaultTag().WithDigest(image.Descriptor.Digest), image);
    }

    private async Task<Image> PullAsync(Reference reference, Platform platform, CancellationToken ct)
    {
        try
        {
            Image image = await registry.PullAsync(reference.WithDefaultTag(), platform, ct).ConfigureAwait(false);
            return await store.RememberAsync(reference, platform, image, ct).ConfigureAwait(false);
        }
        catch (RegistryException e) when (NotHad.Contains(e.Kind))
        {
            if (Suggest(reference, e.Kind, await store.ReadRepositoriesAsync(ct).ConfigureAwait(false)) is not { } hint || Failures.Explain(e) is not { } explained)
                throw;
            throw new BuildException([explained.Diagnostics[0] with { Hint = hint }], e);
        }
    }

    /// <summary>What was probably meant, when an image is not to be had; null when nobody knows.</summary>
    /// <param name="reference">What was asked for.</param>
    /// <param name="kind">What its registry says.</param>
    /// <param name="local">The repositories of this machine.</param>
    /// <remarks>Docker Hub says "denied" of what it does not have. Behind a registry that does not answer only the images of this machine count.</remarks>
    public static string? Suggest(Reference reference, RegistryErrorKind kind, IReadOnlySet<string> local)
    {
        IEnumerable<string> names = local.Order(StringComparer.Ordinal);
        if (kind != RegistryErrorKind.Unreachable && reference.Registry == Reference.DefaultRegistry)
            names = names.Union(KnownImages.All);
        return Suggestion.Hint(reference.WithoutDigest().WithoutTag().Familiar, names);
    }
}
