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
/// <param name="pull">When registries are asked.</param>
/// <param name="guard">What may be used.</param>
internal sealed class ImageResolver(ImageStore store, RegistryClient registry, PullPolicy pull, SourceGuard guard) : IImageResolver
{
    private static readonly ImmutableArray<RegistryErrorKind> NotHad =
        [RegistryErrorKind.NotFound, RegistryErrorKind.Unauthorized, RegistryErrorKind.Denied, RegistryErrorKind.Unreachable];

    /// <summary>Finds an image of this machine by what is not its name; null where nobody does.</summary>
    public Func<string, CancellationToken, Task<Descriptor?>>? FindOther { get; init; }

    /// <inheritdoc/>
    public async Task<ResolvedImage> ResolveAsync(Reference reference, Platform platform, CancellationToken ct)
    {
        Reference chosen = guard.Choose(reference, platform);
        ResolvedImage image = await FindAsync(chosen, chosen == reference.WithDefaultTag() ? reference.Familiar : chosen.Familiar, platform, ct).ConfigureAwait(false);
        guard.Note(reference, platform, image.Image.Descriptor.Digest);
        return image;
    }

    private async Task<ResolvedImage> FindAsync(Reference reference, string written, Platform platform, CancellationToken ct)
    {
        IBlobSource remote = pull == PullPolicy.Never ? new NoRegistry(reference) : registry.BlobsOf(reference);
        Image? here = pull == PullPolicy.Always && reference.Digest is null ? null
            : await store.FindAsync(reference, platform, remote, ct).ConfigureAwait(false) ?? await FindOtherAsync(written, platform, ct).ConfigureAwait(false);
        if (here is null && pull == PullPolicy.Never)
            throw NotHere(reference, $"the image {reference.WithDefaultTag().Familiar} is not on this machine");
        Image image = here ?? await PullAsync(reference, platform, ct).ConfigureAwait(false);
        return new ResolvedImage(reference.WithDefaultTag().WithDigest(image.Descriptor.Digest), image);
    }

    private async Task<Image?> FindOtherAsync(string written, Platform platform, CancellationToken ct) =>
        FindOther is not null && await FindOther(written, ct).ConfigureAwait(false) is { } found ? await store.Layout.GetImageAsync(found, platform, ct).ConfigureAwait(false) : null;

    private static BuildException NotHere(Reference reference, string what) => new(
        EngineCodes.ImageNotLocal, $"{what}, and --pull=never asks no registry", $"bring it here first: caisson pull {reference.WithDefaultTag().Familiar}, or caisson load");

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

    /// <summary>Behind an image whose layers are not all here.</summary>
    private sealed class NoRegistry(Reference reference) : IBlobSource
    {
        public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) =>
            throw NotHere(reference, $"a layer of {reference.WithDefaultTag().Familiar} is not on this machine ({blob.Digest})");
    }
}
