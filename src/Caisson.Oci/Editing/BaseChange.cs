using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Oci.Editing;

/// <summary>Puts an image on another base: its own layers over those of the new one.</summary>
/// <remarks>
/// As crane rebase: the configuration stays the image's, with system, processor and variant of the new base; the history is the new base's, then that of the image's own layers. The base
/// is named by the annotations of image-spec v1.1.1, annotations.md.
/// </remarks>
public static class BaseChange
{
    /// <summary>The annotation that holds the name of an image's base.</summary>
    public const string NameAnnotation = "org.opencontainers.image.base.name";

    /// <summary>The annotation that holds the digest of an image's base.</summary>
    public const string DigestAnnotation = "org.opencontainers.image.base.digest";

    /// <summary>Puts an image on another base.</summary>
    /// <param name="image">The image.</param>
    /// <param name="oldBase">What it stands on now.</param>
    /// <param name="newBase">What it is to stand on.</param>
    /// <param name="newName">The name of the new base, for the annotation; null when it has none that others could use.</param>
    /// <exception cref="TransferException">It does not stand on the old base, or the new one is for another platform.</exception>
    public static Image Apply(Image image, Image oldBase, Image newBase, string? newName)
    {
        int below = CommonLayers(image, oldBase);
        if (below < oldBase.Layers.Length)
        {
            string found = below == image.Layers.Length
                ? $"the image has {image.Layers.Length} layers, the base {oldBase.Layers.Length}"
                : $"layer {below + 1} is {image.Layers[below].DiffId} in the image and {oldBase.Layers[below].DiffId} in the base";
            throw new TransferException(TransferProblem.OtherBase, $"the image for {image.Config.Platform} does not stand on {oldBase.Descriptor.Digest}: {found}");
        }
        if (newBase.Config.Platform.Os != image.Config.Platform.Os || newBase.Config.Platform.Architecture != image.Config.Platform.Architecture)
            throw new TransferException(TransferProblem.OtherBase, $"the new base is for {newBase.Config.Platform}, the image for {image.Config.Platform}");
        ImageConfig config = image.Config with
        {
            Os = newBase.Config.Os,
            Architecture = newBase.Config.Architecture,
            Variant = newBase.Config.Variant,
            OsVersion = newBase.Config.OsVersion,
            OsFeatures = newBase.Config.OsFeatures,
            History = [.. newBase.Config.History ?? [], .. OwnHistory(image, below)],
        };
        ImmutableSortedDictionary<string, string> annotations = (image.Manifest.Annotations ?? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal))
            .SetItem(DigestAnnotation, newBase.Descriptor.Digest.Value);
        annotations = newName is null ? annotations.Remove(NameAnnotation) : annotations.SetItem(NameAnnotation, newName);
        return Image.Create(config, [.. newBase.Layers.Concat(image.Layers.Skip(below)).Select(OciForm)], annotations);
    }

    /// <summary>How many layers two images have in common, from the lowest up.</summary>
    public static int CommonLayers(Image a, Image b)
    {
        int common = 0;
        while (common < a.Layers.Length && common < b.Layers.Length && a.Layers[common].DiffId == b.Layers[common].DiffId)
            common++;
        return common;
    }

    // A manifest of ours is OCI's; the layers keep their bytes and get OCI's names.
    internal static ImageLayer OciForm(ImageLayer layer) => layer with { Blob = layer.Blob with { MediaType = FormatConversion.OciTypeOf(layer.Blob.MediaType) } };

    // The history behind that of the base's layers. Entries of the base that made no layer, at its end, belong to the base as well.
    private static IEnumerable<HistoryEntry> OwnHistory(Image image, int baseLayers)
    {
        ImmutableArray<HistoryEntry> history = image.Config.History ?? [];
        int own = image.Layers.Length - baseLayers;
        int start = history.Length;
        for (int layers = 0; start > 0 && layers < own; start--)
            layers += history[start - 1].EmptyLayer == true ? 0 : 1;
        return history.Skip(start);
    }
}
