using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Transfer;

/// <summary>
/// All that a name stands for, as an immutable value: indexes, manifests, and the blobs that those name, byte for byte as they are where they come from. Blobs
/// are read when somebody opens them.
/// </summary>
/// <remarks>image-spec v1.1.1: what it does not know, such as attestations and artifacts in an index, is part of the graph like everything else.</remarks>
public sealed class ImageGraph : IBlobSource
{
    private readonly Dictionary<Digest, GraphDocument> _documents = [];
    private readonly Dictionary<Digest, GraphBlob> _blobs = [];

    /// <summary>Puts a graph together.</summary>
    /// <param name="place">What messages call the place it comes from.</param>
    /// <param name="root">What the name stands for; one of the documents.</param>
    /// <param name="documents">Indexes and manifests; a second one of the same digest is passed over.</param>
    /// <param name="blobs">The other blobs; likewise.</param>
    public ImageGraph(string place, Descriptor root, IEnumerable<GraphDocument> documents, IEnumerable<GraphBlob> blobs)
    {
        Place = place;
        Root = root;
        foreach (GraphDocument document in documents)
            _documents.TryAdd(document.Descriptor.Digest, document);
        foreach (GraphBlob blob in blobs)
            _blobs.TryAdd(blob.Blob.Digest, blob);
    }

    /// <summary>What messages call the place that it comes from.</summary>
    public string Place { get; }

    /// <summary>What the name stands for.</summary>
    public Descriptor Root { get; }

    /// <summary>The index or manifest that the name stands for.</summary>
    public GraphDocument RootDocument => _documents[Root.Digest];

    /// <summary>What the graph names and the place does not have, or was not asked for.</summary>
    public ImmutableArray<Descriptor> Missing { get; init; } = [];

    /// <summary>Manifests that say something about others of the graph, without being named by them.</summary>
    public ImmutableArray<Descriptor> Referrers { get; init; } = [];

    /// <summary>Configurations, layers and whatever else manifests name; each once.</summary>
    public IReadOnlyCollection<GraphBlob> Blobs => _blobs.Values;

    /// <summary>Indexes and manifests, each once.</summary>
    public IReadOnlyCollection<GraphDocument> Documents => _documents.Values;

    /// <summary>Indexes and manifests in the order in which a registry takes them: what is named before what names it, what says something about another behind that.</summary>
    public ImmutableArray<GraphDocument> InOrder()
    {
        ImmutableArray<GraphDocument>.Builder order = ImmutableArray.CreateBuilder<GraphDocument>();
        HashSet<Digest> done = [];
        foreach (Descriptor start in Referrers.Prepend(Root))
            order.AddRange(From(start.Digest, done));
        return order.ToImmutable();
    }

    /// <summary>A document of the graph; null when it is not one.</summary>
    public GraphDocument? Find(Digest digest) => _documents.GetValueOrDefault(digest);

    /// <summary>The manifests that the root leads to, with what an index says of them, in its order. Those that are missing are left out.</summary>
    public ImmutableArray<GraphDocument> Manifests()
    {
        ImmutableArray<GraphDocument>.Builder found = ImmutableArray.CreateBuilder<GraphDocument>();
        HashSet<Digest> seen = [];
        Visit(Root);
        return found.ToImmutable();

        void Visit(Descriptor at)
        {
            if (!seen.Add(at.Digest) || Find(at.Digest) is not { } document)
                return;
            if (!document.IsIndex)
            {
                found.Add(document with { Descriptor = at });
                return;
            }
            foreach (Descriptor part in document.ReadIndex().Manifests)
                Visit(part);
        }
    }

    /// <summary>The image for a platform; one that is not in an index whatever its platform is.</summary>
    /// <exception cref="ImageNotFoundException">There is none for the platform.</exception>
    /// <exception cref="InvalidImageException">What is there is no image.</exception>
    public Task<Image> GetImageAsync(Platform platform, CancellationToken ct) => new ImageLoader(Place, ReadAsync, this).LoadAsync(Root, platform, ct);

    /// <summary>The image of one of the manifests.</summary>
    /// <exception cref="InvalidImageException">It is no image.</exception>
    public Task<Image> GetImageAsync(Descriptor manifest, CancellationToken ct) =>
        new ImageLoader(Place, ReadAsync, this).LoadAsync(manifest, manifest.Platform ?? Platform.LinuxAmd64, ct);

    /// <inheritdoc/>
    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) => _blobs.TryGetValue(blob.Digest, out GraphBlob? found)
        ? found.Source.OpenBlobAsync(blob, ct)
        : throw new BlobNotFoundException(blob.Digest, Place);

    /// <summary>The same graph under another root, which is one of its documents or a new one; what the new root does not lead to is left out.</summary>
    public ImageGraph WithRoot(GraphDocument root)
    {
        ImageGraph all = new(Place, root.Descriptor, _documents.Values.Prepend(root), _blobs.Values);
        ILookup<Digest?, Descriptor> bySubject = Referrers.ToLookup(r => Find(r.Digest) is { } referrer ? SubjectOf(referrer)?.Digest : null);
        List<GraphDocument> reached = [];
        HashSet<Digest> done = [];
        HashSet<Digest> referring = [];
        Queue<Digest> starts = new([root.Descriptor.Digest]);
        while (starts.TryDequeue(out Digest? start))
        {
            foreach (GraphDocument document in all.From(start, done))
            {
                reached.Add(document);
                foreach (Descriptor referrer in bySubject[document.Descriptor.Digest].Where(r => referring.Add(r.Digest)))
                    starts.Enqueue(referrer.Digest); // which others may refer to
            }
        }
        HashSet<Digest> parts = [.. reached.Where(static d => d.IsIndex).SelectMany(static d => d.ReadIndex().Manifests).Select(static m => m.Digest)];
        HashSet<Digest> named = [.. parts, .. reached.Where(static d => !d.IsIndex).SelectMany(static d => BlobsOf(d.ReadManifest())).Select(static b => b.Digest)];
        return new ImageGraph(Place, root.Descriptor, reached, _blobs.Values.Where(b => named.Contains(b.Blob.Digest)))
        {
            Missing = [.. Missing.Where(m => parts.Contains(m.Digest))],
            Referrers = [.. Referrers.Where(r => referring.Contains(r.Digest))],
        };
    }

    /// <summary>The same graph, its blobs read through something else.</summary>
    public ImageGraph Through(Func<IBlobSource, IBlobSource> wrap)
    {
        Dictionary<IBlobSource, IBlobSource> wrapped = new(ReferenceEqualityComparer.Instance);
        return new ImageGraph(Place, Root, Documents, Blobs.Select(b => b with { Source = Wrap(b.Source) })) { Missing = Missing, Referrers = Referrers };

        IBlobSource Wrap(IBlobSource source)
        {
            if (!wrapped.TryGetValue(source, out IBlobSource? found))
                wrapped.Add(source, found = wrap(source));
            return found;
        }
    }

    /// <summary>The graph of one image.</summary>
    public static ImageGraph Of(string place, Image image) => new(
        place,
        image.Descriptor with { Platform = null },
        [new GraphDocument(image.Descriptor, image.ManifestBytes)],
        image.Layers.Select(static l => new GraphBlob(l.Blob, l.Source))
            .Prepend(new GraphBlob(image.Manifest.Config, new MemoryBlobSource(image.Manifest.Config.Digest, image.ConfigBytes))));

    /// <summary>Refuses to go on with parts missing.</summary>
    /// <exception cref="TransferException">Some are.</exception>
    public void RequireWhole()
    {
        if (Missing.IsEmpty)
            return;
        Descriptor first = Missing[0];
        string platform = first.Platform is { } known ? $" for {known}" : "";
        throw new TransferException(TransferProblem.Incomplete, $"{Place} names {first.Digest}{platform}, but does not have it");
    }

    /// <summary>The blobs that a manifest names: the configuration first, then the layers.</summary>
    internal static IEnumerable<Descriptor> BlobsOf(ImageManifest manifest) => manifest.Layers.Prepend(manifest.Config);

    /// <summary>What a document says something about; null when it stands for itself.</summary>
    internal static Descriptor? SubjectOf(GraphDocument document) => document.IsIndex ? document.ReadIndex().Subject : document.ReadManifest().Subject;

    // What a document leads to, and itself as the last; without what was done before.
    private List<GraphDocument> From(Digest start, HashSet<Digest> done)
    {
        List<GraphDocument> order = [];
        Add(start);
        return order;

        void Add(Digest digest)
        {
            if (!done.Add(digest) || Find(digest) is not { } document)
                return;
            if (document.IsIndex)
            {
                foreach (Descriptor part in document.ReadIndex().Manifests)
                    Add(part.Digest);
            }
            order.Add(document);
        }
    }

    private async Task<byte[]> ReadAsync(Descriptor document, CancellationToken ct)
    {
        if (Find(document.Digest) is { } known)
            return known.Content.ToArray();
        byte[] content = new byte[document.Size];
        Stream stream = await OpenBlobAsync(document, ct).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
            await stream.ReadExactlyAsync(content, ct).ConfigureAwait(false);
        return content;
    }
}
