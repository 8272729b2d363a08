using System.Text;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources;

/// <summary>Finds images on this machine without changing anything there.</summary>
/// <param name="layout">The images; null when this machine has none yet.</param>
/// <param name="remembered">The directory that says which images names stood for.</param>
internal sealed class ImageLookup(OciLayout? layout, string remembered)
{
    /// <summary>Looks into a store, which need not be there.</summary>
    /// <param name="statePath">The store's directory.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task<ImageLookup> OpenAsync(string statePath, CancellationToken ct)
    {
        string images = Path.Combine(statePath, "images");
        OciLayout? layout = Directory.Exists(images) ? await OciLayout.OpenAsync(images, options: null, ct).ConfigureAwait(false) : null;
        return new ImageLookup(layout, Path.Combine(statePath, "cache", "images"));
    }

    /// <summary>The file that says which image a name stood for.</summary>
    public static string RecordPath(string remembered, Reference named, Platform platform) =>
        Path.Combine(remembered, Digest.OfBytes(Encoding.UTF8.GetBytes($"{named}\n{platform}")).Hex);

    /// <summary>The image that a name stands for here, and whether all of its layers are here; null when it stands for none.</summary>
    /// <exception cref="InvalidImageException">What is here under the name is no image.</exception>
    public async Task<(Image? Image, bool IsWhole)> FindAsync(Reference reference, Platform platform, CancellationToken ct)
    {
        Reference named = reference.WithDefaultTag();
        try
        {
            if (layout is null)
                return default;
            if (await layout.FindAsync(named, ct).ConfigureAwait(false) is { } tagged)
                return (await layout.GetImageAsync(tagged, platform, ct).ConfigureAwait(false), true);
            return Recall(named, platform) is { } record ? (await layout.GetImageAsync(record, platform, ct).ConfigureAwait(false), false) : default;
        }
        catch (Exception e) when (e is BlobNotFoundException or ImageNotFoundException)
        {
            return default; // pruned, or tagged for another platform
        }
    }

    /// <summary>The repositories that have images here, as people write them: without docker.io, library and tag.</summary>
    public async Task<IReadOnlySet<string>> ReadRepositoriesAsync(CancellationToken ct)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        if (layout is null)
            return names;
        ImageIndex index = await layout.ReadIndexAsync(ct).ConfigureAwait(false);
        foreach (Descriptor entry in index.Manifests)
        {
            if (entry.Annotations?.GetValueOrDefault(OciLayout.RefNameAnnotation) is { } name && Reference.TryParse(name, out Reference? reference, out _))
                names.Add(reference.WithoutDigest().WithoutTag().Familiar);
        }
        return names;
    }

    private Descriptor? Recall(Reference named, Platform platform)
    {
        try
        {
            return OciJson.ReadDescriptor(File.ReadAllBytes(RecordPath(remembered, named, platform))) with { Annotations = null };
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or InvalidImageException)
        {
            return null;
        }
    }
}
