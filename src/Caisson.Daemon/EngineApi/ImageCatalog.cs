using System.Collections.Immutable;
using Caisson.Engine;
using Caisson.Oci.Model;

namespace Caisson.Daemon.EngineApi;

/// <summary>The images of the store by what clients call them: names, ids, and beginnings of ids.</summary>
/// <param name="images">The images.</param>
internal sealed class ImageCatalog(LocalImages images)
{
    private const string Algorithm = "sha256:";

    /// <summary>Finds an image.</summary>
    /// <exception cref="ApiException">There is none of that name, or several.</exception>
    public async Task<StoredImage> GetAsync(string name, CancellationToken ct) => Find(name, await images.ListAllAsync(ct).ConfigureAwait(false)) ?? throw ApiException.NoImage(name);

    /// <summary>Finds an image, and after it the others of the same id: the same image, packed in another way.</summary>
    /// <exception cref="ApiException">There is none of that name, or several.</exception>
    public async Task<ImmutableArray<StoredImage>> GetCopiesAsync(string name, CancellationToken ct)
    {
        ImmutableArray<StoredImage> all = await images.ListAllAsync(ct).ConfigureAwait(false);
        StoredImage image = Find(name, all) ?? throw ApiException.NoImage(name);
        return [image, .. all.Where(i => i.Id == image.Id && i.Descriptor.Digest != image.Descriptor.Digest)];
    }

    /// <summary>Finds an image among all; null when there is none of that name.</summary>
    /// <exception cref="ApiException">There are several.</exception>
    public static StoredImage? Find(string name, ImmutableArray<StoredImage> all)
    {
        if (!IsId(name) && Reference.TryParse(name, out Reference? reference, out _))
        {
            Reference wanted = reference.WithDefaultTag();
            // A digest names a manifest, in any repository that has it.
            if (wanted.Digest is { } digest)
                return all.FirstOrDefault(i => i.Descriptor.Digest == digest && (i.Names.IsEmpty || i.Names.Any(n => n.Name == wanted.Name)));
            if (all.FirstOrDefault(i => i.Names.Contains(wanted)) is { } named)
                return named;
        }
        return FindById(name, all);
    }

    /// <summary>Whether a text can be nothing but an id: with the algorithm before it.</summary>
    public static bool IsId(string name) => name.StartsWith(Algorithm, StringComparison.Ordinal);

    /// <summary>Whether an image is called by its id, and not by one of its names.</summary>
    public static bool IsCalledById(string name, StoredImage image) =>
        IsId(name) || !Reference.TryParse(name, out Reference? reference, out _) || (reference.Digest is null && !image.Names.Contains(reference.WithDefaultTag()));

    private static StoredImage? FindById(string name, ImmutableArray<StoredImage> all)
    {
        string hex = IsId(name) ? name[Algorithm.Length..] : name;
        if (hex.Length is 0 or > 64 || !hex.All(char.IsAsciiHexDigitLower))
            return null;
        StoredImage[] found = [.. all.Where(i => i.Id.Hex.StartsWith(hex, StringComparison.Ordinal) || i.Descriptor.Digest.Hex == hex)];
        return found.Select(static i => i.Id).Distinct().Count() > 1 ? throw ApiException.Bad($"several images have ids that begin with {hex}") : found.FirstOrDefault();
    }
}
