using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Oci.Transfer;

/// <summary>A name in an OCI image layout, be it a directory or an archive.</summary>
public sealed class LayoutGraphSource : IGraphSource
{
    private readonly LayoutReader _reader;
    private readonly string? _name;
    private ILookup<Digest, Descriptor>? _referrers;

    /// <summary>A name in a layout that is a directory.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="name">The name as the index has it, or a reference; null for the only thing in the layout.</param>
    /// <param name="place">What messages call it.</param>
    public LayoutGraphSource(OciLayout layout, string? name, string place)
        : this(layout.Reader, layout, name, place)
    {
    }

    /// <summary>A name in a layout that is an archive.</summary>
    /// <param name="archive">The archive; not disposed.</param>
    /// <param name="name">The name as the index has it, or a reference; null for the only thing in the layout.</param>
    /// <param name="place">What messages call it.</param>
    public LayoutGraphSource(OciArchive archive, string? name, string place)
        : this(archive.Reader, archive, name, place)
    {
    }

    private LayoutGraphSource(LayoutReader reader, IBlobSource blobs, string? name, string place)
    {
        _reader = reader;
        Blobs = blobs;
        _name = name;
        Place = place;
    }

    /// <inheritdoc/>
    public string Place { get; }

    /// <inheritdoc/>
    public IBlobSource Blobs { get; }

    /// <inheritdoc/>
    public async Task<Descriptor> ResolveAsync(CancellationToken ct)
    {
        ImageIndex index = await _reader.ReadIndexAsync(ct).ConfigureAwait(false);
        ImmutableArray<Descriptor> found = _name is null ? await OwnAsync(index, ct).ConfigureAwait(false) : await FindAsync(index, _name, ct).ConfigureAwait(false);
        ImmutableArray<Descriptor> different = [.. found.DistinctBy(static d => d.Digest)];
        return different switch
        {
            [Descriptor only] => only with { Annotations = null },
            [] => throw new ImageNotFoundException(_name is null ? $"{Place} is empty" : $"{Place} is not there{LayoutNames.Offer(index)}"),
            _ => throw new ImageNotFoundException($"{Place} stands for {different.Length} images; one of them must be named{LayoutNames.Offer(index)}"),
        };
    }

    /// <inheritdoc/>
    public Task<byte[]> ReadDocumentAsync(Descriptor document, CancellationToken ct) => _reader.ReadDocumentAsync(document, ct);

    /// <inheritdoc/>
    /// <remarks>A layout has no list of them: the entries of its index are looked through, once.</remarks>
    public async Task<ImmutableArray<Descriptor>> ReadReferrersAsync(Digest subject, CancellationToken ct)
    {
        _referrers ??= await ReadReferrersAsync(ct).ConfigureAwait(false);
        return [.. _referrers[subject]];
    }

    private async Task<ILookup<Digest, Descriptor>> ReadReferrersAsync(CancellationToken ct)
    {
        List<(Digest Subject, Descriptor Referrer)> found = [];
        foreach (Descriptor entry in (await _reader.ReadIndexAsync(ct).ConfigureAwait(false)).Manifests)
        {
            if (await SubjectOfAsync(entry, ct).ConfigureAwait(false) is { } subject)
                found.Add((subject.Digest, entry with { Annotations = null }));
        }
        return found.ToLookup(static f => f.Subject, static f => f.Referrer);
    }

    // What stands for itself: a signature without a name is not what "the only image" means.
    private async Task<ImmutableArray<Descriptor>> OwnAsync(ImageIndex index, CancellationToken ct)
    {
        ImmutableArray<Descriptor>.Builder own = ImmutableArray.CreateBuilder<Descriptor>();
        foreach (Descriptor entry in index.Manifests)
        {
            if (index.Manifests.Length == 1 || LayoutNames.Of(entry) is not null || await SubjectOfAsync(entry, ct).ConfigureAwait(false) is null)
                own.Add(entry);
        }
        return own.ToImmutable();
    }

    private async Task<ImmutableArray<Descriptor>> FindAsync(ImageIndex index, string name, CancellationToken ct)
    {
        if (LayoutNames.FindExact(index, name) is { IsEmpty: false } exact)
            return exact;
        string text = name.StartsWith('@') ? "layout" + name : name;
        if (!Reference.TryParse(text, out Reference? reference, out _))
            return [];
        ImmutableArray<Descriptor> byReference = LayoutNames.Find(index, reference);
        if (byReference.IsEmpty && reference.Digest is { } digest && await _reader.DescribeAsync(digest, ct).ConfigureAwait(false) is { } inner)
            return [inner];
        return byReference;
    }

    private async Task<Descriptor?> SubjectOfAsync(Descriptor entry, CancellationToken ct)
    {
        bool isDocument = MediaTypes.IsIndex(entry.MediaType) || MediaTypes.IsManifest(entry.MediaType);
        if (!isDocument || !_reader.Has(entry))
            return null;
        return ImageGraph.SubjectOf(new GraphDocument(entry, await _reader.ReadDocumentAsync(entry, ct).ConfigureAwait(false)));
    }
}
