using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Oci.Editing;

/// <summary>
/// Edits every image of a graph. The indexes above them are written anew over the new digests; what spoke of the old images, such as an attestation, is left out: it
/// would be about something else.
/// </summary>
public static class ImageEdit
{
    /// <summary>Edits the images.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="edit">Makes the new image of an old one.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="TransferException">There is no image, or parts are missing.</exception>
    public static async Task<EditedGraph> ApplyAsync(ImageGraph graph, Func<Image, Task<Image>> edit, CancellationToken ct)
    {
        graph.RequireWhole();
        if (!graph.RootDocument.IsIndex)
        {
            Image image = await ReadAsync(graph, graph.RootDocument, ct).ConfigureAwait(false);
            return new EditedGraph(ImageGraph.Of(graph.Place, await edit(image).ConfigureAwait(false)), ReferrersOf(graph));
        }
        ImageIndex index = graph.RootDocument.ReadIndex();
        List<Image> images = [];
        List<Descriptor> entries = [];
        int leftOut = 0;
        foreach (Descriptor entry in PlatformSelection.EntriesOf(graph, graph.RootDocument))
        {
            if (ImageKinds.IsBeside(entry) || graph.Find(entry.Digest) is not { } manifest || !ImageKinds.IsImage(manifest.ReadManifest()))
            {
                leftOut++;
                continue;
            }
            Image edited = await edit(await ReadAsync(graph, manifest, ct).ConfigureAwait(false)).ConfigureAwait(false);
            images.Add(edited);
            entries.Add(edited.Descriptor with { Annotations = entry.Annotations, Platform = entry.Platform ?? edited.Config.Platform });
        }
        if (images.Count == 0)
            throw new TransferException(TransferProblem.NoImage, $"{graph.Place} has no image");
        GraphDocument root = GraphDocument.Of(new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = [.. entries], Annotations = index.Annotations });
        ImmutableArray<string> notes = leftOut == 0 ? [] : [$"{leftOut} {(leftOut == 1 ? "attestation or artifact" : "attestations or artifacts")}: they speak of the images as they were"];
        return new EditedGraph(Join(graph.Place, root, images), [.. notes, .. ReferrersOf(graph)]);
    }

    private static ImageGraph Join(string place, GraphDocument root, List<Image> images)
    {
        ImageGraph[] parts = [.. images.Select(i => ImageGraph.Of(place, i))];
        return new ImageGraph(place, root.Descriptor, parts.SelectMany(static p => p.Documents).Prepend(root), parts.SelectMany(static p => p.Blobs));
    }

    private static async Task<Image> ReadAsync(ImageGraph graph, GraphDocument manifest, CancellationToken ct) => ImageKinds.IsImage(manifest.ReadManifest())
        ? await graph.GetImageAsync(manifest.Descriptor, ct).ConfigureAwait(false)
        : throw new TransferException(TransferProblem.NoImage, $"{graph.Place} is an artifact and no image");

    private static ImmutableArray<string> ReferrersOf(ImageGraph graph) =>
        graph.Referrers.IsEmpty ? [] : [$"{graph.Referrers.Length} referrers: they speak of the images as they were"];
}
