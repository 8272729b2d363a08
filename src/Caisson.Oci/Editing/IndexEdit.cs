using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Oci.Editing;

/// <summary>Makes and changes indexes over images that exist.</summary>
public static class IndexEdit
{
    /// <summary>An index over images; of indexes among them, what those name. Attestations come along.</summary>
    /// <param name="graphs">The images, in the order of the index.</param>
    /// <param name="annotations">Annotations of the index.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="TransferException">Two images are for one platform, or something is missing.</exception>
    public static async Task<ImageGraph> CreateAsync(ImmutableArray<ImageGraph> graphs, ImmutableSortedDictionary<string, string>? annotations, CancellationToken ct)
    {
        List<(Descriptor Entry, string Place)> entries = [];
        foreach (ImageGraph graph in graphs)
        {
            graph.RequireWhole();
            foreach (Descriptor entry in await EntriesOfAsync(graph, ct).ConfigureAwait(false))
                Add(entries, entry, graph.Place);
        }
        return Join(graphs, new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = [.. entries.Select(static e => e.Entry)], Annotations = annotations is { Count: > 0 } ? annotations : null });
    }

    /// <summary>The same index with more images.</summary>
    /// <param name="graph">The index.</param>
    /// <param name="added">The images.</param>
    /// <param name="replaces">Whether an image takes the place of one for the same platform.</param>
    /// <param name="annotations">Annotations of the index that are set besides those it has.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="TransferException">It is no index, or has an image for the platform.</exception>
    public static async Task<ImageGraph> AddAsync(
        ImageGraph graph, ImmutableArray<ImageGraph> added, bool replaces, ImmutableSortedDictionary<string, string>? annotations, CancellationToken ct)
    {
        ImageIndex index = RequireIndex(graph);
        List<(Descriptor Entry, string Place)> entries = [.. index.Manifests.Select(e => (e, graph.Place))];
        foreach (ImageGraph other in added)
        {
            other.RequireWhole();
            foreach (Descriptor entry in await EntriesOfAsync(other, ct).ConfigureAwait(false))
            {
                if (replaces && !ImageKinds.IsBeside(entry))
                    Remove(entries, entries.FindAll(e => IsSamePlatform(e.Entry, entry) && e.Entry.Digest != entry.Digest));
                Add(entries, entry, other.Place);
            }
        }
        ImmutableSortedDictionary<string, string>? all = annotations is null ? index.Annotations : (index.Annotations ?? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)).SetItems(annotations);
        return Join([graph, .. added], index with { Manifests = [.. entries.Select(static e => e.Entry)], Annotations = all });
    }

    /// <summary>The same index without some of its images, and without what speaks of them.</summary>
    /// <param name="graph">The index.</param>
    /// <param name="names">Platforms or digests.</param>
    /// <exception cref="TransferException">It is no index, or has no such image.</exception>
    public static ImageGraph Remove(ImageGraph graph, ImmutableArray<string> names)
    {
        ImageIndex index = RequireIndex(graph);
        List<(Descriptor Entry, string Place)> entries = [.. index.Manifests.Select(e => (e, graph.Place))];
        foreach (string name in names)
        {
            List<(Descriptor Entry, string Place)> found = entries.FindAll(e => IsNamed(e.Entry, name));
            if (found.Count == 0)
                throw new TransferException(TransferProblem.NoSuchEntry, $"{graph.Place} has no entry {name}; it has {string.Join(", ", index.Manifests.Select(Show))}");
            Remove(entries, found);
        }
        return graph.WithRoot(GraphDocument.Of(index with { Manifests = [.. entries.Select(static e => e.Entry)] }));
    }

    /// <summary>The index that a graph begins with.</summary>
    /// <exception cref="TransferException">It begins with something else.</exception>
    public static ImageIndex RequireIndex(ImageGraph graph) =>
        graph.RootDocument.IsIndex ? graph.RootDocument.ReadIndex() : throw new TransferException(TransferProblem.NoIndex, $"{graph.Place} is one image and no index", "make an index of it first: caisson image index create NAME IMAGE…");

    private static void Add(List<(Descriptor Entry, string Place)> entries, Descriptor entry, string place)
    {
        foreach ((Descriptor known, string from) in entries)
        {
            if (known.Digest == entry.Digest && IsSamePlatform(known, entry))
                return;
            if (!ImageKinds.IsBeside(entry) && entry.Platform is { } platform && IsSamePlatform(known, entry))
                throw new TransferException(TransferProblem.PlatformTwice, $"{from} and {place} are both for {platform.Normalize()}");
        }
        entries.Add((entry, place));
    }

    private static void Remove(List<(Descriptor Entry, string Place)> entries, List<(Descriptor Entry, string Place)> found)
    {
        foreach ((Descriptor removed, _) in found)
            entries.RemoveAll(e => e.Entry == removed || PlatformSelection.IsAbout(e.Entry, removed));
    }

    private static bool IsSamePlatform(Descriptor a, Descriptor b) =>
        a.Platform is { } x && b.Platform is { } y && x.Normalize().ToString() == y.Normalize().ToString() && x.OsVersion == y.OsVersion && !ImageKinds.IsBeside(a) == !ImageKinds.IsBeside(b);

    private static bool IsNamed(Descriptor entry, string name) =>
        entry.Digest.Value == name || (!ImageKinds.IsBeside(entry) && entry.Platform is { } platform && Platform.TryParse(name, out Platform? wanted) && wanted.Normalize().ToString() == platform.Normalize().ToString());

    private static string Show(Descriptor entry) => entry.Platform is { } platform && !ImageKinds.IsBeside(entry) ? platform.Normalize().ToString() : entry.Digest.Value;

    private static async Task<ImmutableArray<Descriptor>> EntriesOfAsync(ImageGraph graph, CancellationToken ct)
    {
        if (graph.RootDocument.IsIndex)
            return PlatformSelection.EntriesOf(graph, graph.RootDocument);
        Descriptor root = graph.Root with { Annotations = null };
        if (!ImageKinds.IsImage(graph.RootDocument.ReadManifest()))
            return [root with { ArtifactType = graph.RootDocument.ReadManifest() is { } artifact ? artifact.ArtifactType ?? artifact.Config.MediaType : null }];
        Image image = await graph.GetImageAsync(root, ct).ConfigureAwait(false);
        return [root with { Platform = image.Config.Platform }];
    }

    private static ImageGraph Join(ImmutableArray<ImageGraph> graphs, ImageIndex index)
    {
        GraphDocument root = GraphDocument.Of(index);
        string place = graphs.IsEmpty ? "the index" : graphs[0].Place;
        ImageGraph all = new(place, root.Descriptor, graphs.SelectMany(static g => g.Documents).Prepend(root), graphs.SelectMany(static g => g.Blobs)) { Missing = [.. graphs.SelectMany(static g => g.Missing)] };
        return all.WithRoot(root);
    }
}
