using System.Collections.Immutable;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Oci.Images;

/// <summary>Goes from a manifest or an index to the image for a platform; what a registry and a layout have in common.</summary>
/// <param name="place">What messages call the place that is read.</param>
/// <param name="read">Reads a manifest, index or configuration whole; the loader checks what comes back.</param>
/// <param name="blobs">Where the layers can be read.</param>
internal sealed class ImageLoader(string place, Func<Descriptor, CancellationToken, Task<byte[]>> read, IBlobSource blobs)
{
    private const int MaxDepth = 4;
    private const int MaxDocuments = 64;
    private int _documents;

    /// <summary>The image behind a manifest, or the one in an index that <paramref name="platform"/> accepts.</summary>
    /// <exception cref="ImageNotFoundException">The index has no image for the platform.</exception>
    /// <exception cref="InvalidImageException">A document is not what its digest, size or media type says.</exception>
    public async Task<Image> LoadAsync(Descriptor root, Platform platform, CancellationToken ct)
    {
        byte[] content = await ReadAsync(root, ct).ConfigureAwait(false);
        if (!MediaTypes.IsIndex(root.MediaType))
            return await ReadImageAsync(root, content, ct).ConfigureAwait(false);
        List<Platform> offered = [];
        (Descriptor Descriptor, byte[] Content)? found = await SelectAsync(content, platform, offered, 1, ct).ConfigureAwait(false);
        if (found is not { } manifest)
            throw new ImageNotFoundException(NothingFor(platform, offered));
        return await ReadImageAsync(manifest.Descriptor, manifest.Content, ct).ConfigureAwait(false);
    }

    /// <summary>The image behind a manifest, or all those of an index, in its order. What an index has besides images, such as attestations, is left out.</summary>
    /// <exception cref="InvalidImageException">A document is not what its digest, size or media type says.</exception>
    public async Task<ImmutableArray<Image>> LoadAllAsync(Descriptor root, CancellationToken ct)
    {
        ImmutableArray<Image>.Builder images = ImmutableArray.CreateBuilder<Image>();
        await AddAllAsync(root, images, depth: 0, ct).ConfigureAwait(false);
        return images.DrainToImmutable();
    }

    private async Task AddAllAsync(Descriptor document, ImmutableArray<Image>.Builder images, int depth, CancellationToken ct)
    {
        if (depth > MaxDepth)
            throw new InvalidImageException($"indexes are nested more than {MaxDepth} deep in {place}");
        byte[] content = await ReadAsync(document, ct).ConfigureAwait(false);
        if (!MediaTypes.IsIndex(document.MediaType))
        {
            if (ImageKinds.IsImage(OciJson.ReadManifest(content)))
                images.Add(await ReadImageAsync(document, content, ct).ConfigureAwait(false));
            return;
        }
        foreach (Descriptor entry in OciJson.ReadIndex(content).Manifests)
        {
            if ((MediaTypes.IsIndex(entry.MediaType) || MediaTypes.IsManifest(entry.MediaType)) && entry.Platform?.Os != "unknown")
                await AddAllAsync(entry, images, depth + 1, ct).ConfigureAwait(false);
        }
    }

    private async Task<(Descriptor Descriptor, byte[] Content)?> SelectAsync(
        byte[] content, Platform platform, List<Platform> offered, int depth, CancellationToken ct)
    {
        if (depth > MaxDepth)
            throw new InvalidImageException($"indexes are nested more than {MaxDepth} deep in {place}");
        foreach (Descriptor candidate in Candidates(OciJson.ReadIndex(content), platform, offered))
        {
            byte[] next = await ReadAsync(candidate, ct).ConfigureAwait(false);
            if (!MediaTypes.IsIndex(candidate.MediaType))
                return (candidate, next);
            if (await SelectAsync(next, platform, offered, depth + 1, ct).ConfigureAwait(false) is { } found)
                return found;
        }
        return null;
    }

    // The platform's own entry first; then whatever does not say what it is for: nested indexes, and a lone manifest.
    private static IEnumerable<Descriptor> Candidates(ImageIndex index, Platform platform, List<Platform> offered)
    {
        ImmutableArray<Descriptor> manifests = [.. index.Manifests.Where(static m => MediaTypes.IsIndex(m.MediaType) || MediaTypes.IsManifest(m.MediaType))];
        offered.AddRange(manifests.Select(static m => m.Platform).OfType<Platform>().Where(static p => p.Os != "unknown").Select(static p => p.Normalize()));
        if ((index with { Manifests = manifests }).Find(platform) is { } match)
            return [match];
        Descriptor[] unmarked = [.. manifests.Where(static m => m.Platform is null)];
        return manifests.Length == 1 ? unmarked : unmarked.Where(static m => MediaTypes.IsIndex(m.MediaType));
    }

    private async Task<Image> ReadImageAsync(Descriptor descriptor, byte[] content, CancellationToken ct)
    {
        if (!MediaTypes.IsManifest(descriptor.MediaType))
            throw new InvalidImageException($"{place} has no image manifest but a \"{descriptor.MediaType}\"");
        ImageManifest manifest = OciJson.ReadManifest(content);
        byte[] config = await ReadAsync(manifest.Config, ct).ConfigureAwait(false);
        return Image.Read(descriptor.MediaType, content, config, blobs);
    }

    private async Task<byte[]> ReadAsync(Descriptor document, CancellationToken ct)
    {
        if (++_documents > MaxDocuments)
            throw new InvalidImageException($"{place} leads through more than {MaxDocuments} documents");
        if (document.Size is < 0 or > OciJson.MaxDocumentBytes)
        {
            throw new InvalidImageException(
                $"{document.Digest} has {document.Size} bytes; a manifest, index or configuration has at most {OciJson.MaxDocumentBytes}");
        }
        byte[] content = await read(document, ct).ConfigureAwait(false);
        if (content.Length != document.Size || !document.Digest.IsOf(content))
            throw new InvalidImageException($"{document.Digest} is not what its digest and size say, in {place}");
        DocumentKind.Check(document.MediaType, content);
        return content;
    }

    private string NothingFor(Platform platform, List<Platform> offered) => offered.Count == 0
        ? $"{place} has no image for {platform}"
        : $"{place} has no image for {platform}; it has {string.Join(", ", offered.Select(static p => p.ToString()).Distinct(StringComparer.Ordinal))}";
}
