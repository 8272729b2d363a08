using Caisson.Oci.Model;

namespace Caisson.Oci.Layout;

/// <summary>Finds what an index leads to. Manifests that are named but not there lead nowhere: an index may list more platforms than were fetched.</summary>
internal sealed class ReachableBlobs(LayoutReader reader)
{
    private const int MaxDepth = 8;
    private readonly HashSet<Digest> _found = [];

    public async Task<IReadOnlySet<Digest>> FromAsync(ImageIndex index, CancellationToken ct)
    {
        foreach (Descriptor manifest in index.Manifests)
            await VisitAsync(manifest, 1, ct).ConfigureAwait(false);
        return _found;
    }

    private async Task VisitAsync(Descriptor blob, int depth, CancellationToken ct)
    {
        bool hasParts = MediaTypes.IsIndex(blob.MediaType) || MediaTypes.IsManifest(blob.MediaType);
        if (!_found.Add(blob.Digest) || !hasParts || !reader.Has(blob))
            return;
        if (depth > MaxDepth)
            throw new InvalidImageException($"indexes are nested more than {MaxDepth} deep");
        byte[] content = await reader.ReadDocumentAsync(blob, ct).ConfigureAwait(false);
        foreach (Descriptor part in MediaTypes.IsIndex(blob.MediaType) ? Parts(OciJson.ReadIndex(content)) : Parts(OciJson.ReadManifest(content)))
            await VisitAsync(part, depth + 1, ct).ConfigureAwait(false);
    }

    private static IEnumerable<Descriptor> Parts(ImageIndex index) =>
        index.Manifests.Concat(index.Subject is { } subject ? [subject] : []);

    private static IEnumerable<Descriptor> Parts(ImageManifest manifest) =>
        manifest.Layers.Append(manifest.Config).Concat(manifest.Subject is { } subject ? [subject] : []);
}
