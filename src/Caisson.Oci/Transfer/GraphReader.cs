using System.Collections.Concurrent;
using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Transfer;

/// <summary>Reads all the documents that a place's name leads to: level by level, several at a time, each checked against its digest.</summary>
/// <remarks>What comes from elsewhere may be made to be endless: depth, number and bytes of the documents have limits.</remarks>
public sealed class GraphReader
{
    private const int MaxDepth = 8;
    private const int MaxDocuments = 2048;
    private const long MaxBytes = 64L << 20;
    private const int MaxParallelReads = 8;
    private const int MaxBlobs = 100_000;

    private readonly IGraphSource _source;
    private readonly GraphReading _reading;
    private readonly ConcurrentDictionary<Digest, GraphDocument> _documents = new();
    private readonly ConcurrentDictionary<Digest, Descriptor> _missing = new();
    private readonly Dictionary<Digest, GraphBlob> _blobs = [];
    private int _count;
    private long _bytes;

    private GraphReader(IGraphSource source, GraphReading reading)
    {
        _source = source;
        _reading = reading;
    }

    /// <summary>Reads the graph of a place.</summary>
    /// <exception cref="ImageNotFoundException">The place has nothing under the name.</exception>
    /// <exception cref="InvalidImageException">A document is not what its digest, size or media type says, or there are too many.</exception>
    public static Task<ImageGraph> ReadAsync(IGraphSource source, GraphReading reading, CancellationToken ct) => new GraphReader(source, reading).ReadAsync(ct);

    private async Task<ImageGraph> ReadAsync(CancellationToken ct)
    {
        Descriptor root = await _source.ResolveAsync(ct).ConfigureAwait(false) with { Annotations = null };
        await ReadFromAsync([root], ct).ConfigureAwait(false);
        if (!_documents.ContainsKey(root.Digest))
            throw new BlobNotFoundException(root.Digest, _source.Place);
        ImmutableArray<Descriptor> referrers = _reading.WithReferrers ? await ReadReferrersAsync(ct).ConfigureAwait(false) : [];
        return new ImageGraph(_source.Place, root, _documents.Values, _blobs.Values) { Missing = [.. _missing.Values], Referrers = referrers };
    }

    private async Task ReadFromAsync(ImmutableArray<Descriptor> start, CancellationToken ct)
    {
        ImmutableArray<Descriptor> level = start;
        for (int depth = 1; !level.IsEmpty; depth++)
        {
            if (depth > MaxDepth)
                throw new InvalidImageException($"indexes are nested more than {MaxDepth} deep in {_source.Place}");
            if ((_count += level.Length) > MaxDocuments)
                throw new InvalidImageException($"{_source.Place} leads to more than {MaxDocuments} documents");
            ParallelOptions parallel = new() { MaxDegreeOfParallelism = MaxParallelReads, CancellationToken = ct };
            await Parallel.ForEachAsync(level, parallel, ReadOneAsync).ConfigureAwait(false);
            level = [.. level.SelectMany(PartsOf).DistinctBy(static d => d.Digest)];
        }
    }

    private async ValueTask ReadOneAsync(Descriptor document, CancellationToken ct)
    {
        if (document.Size is < 0 or > OciJson.MaxDocumentBytes)
            throw new InvalidImageException($"{document.Digest} in {_source.Place} has {document.Size} bytes; a manifest or index has at most {OciJson.MaxDocumentBytes}");
        if (Interlocked.Add(ref _bytes, document.Size) > MaxBytes)
            throw new InvalidImageException($"the manifests and indexes of {_source.Place} have more than {MaxBytes} bytes");
        try
        {
            byte[] content = await _source.ReadDocumentAsync(document, ct).ConfigureAwait(false);
            if (content.Length != document.Size || !document.Digest.IsOf(content))
                throw new InvalidImageException($"{document.Digest} is not what its digest and size say, in {_source.Place}");
            DocumentKind.Check(document.MediaType, content);
            _documents[document.Digest] = new GraphDocument(document, content);
        }
        catch (BlobNotFoundException)
        {
            _missing[document.Digest] = document; // an index may list more than was fetched
        }
    }

    // The documents that are still to be read; blobs are noted on the way.
    private IEnumerable<Descriptor> PartsOf(Descriptor at)
    {
        if (!_documents.TryGetValue(at.Digest, out GraphDocument? document))
            return [];
        if (document.IsIndex)
            return [.. document.ReadIndex().Manifests.Where(IsToBeRead)];
        if (MediaTypes.IsManifest(at.MediaType))
        {
            foreach (Descriptor blob in ImageGraph.BlobsOf(document.ReadManifest()))
                Note(blob);
        }
        return [];
    }

    private bool IsToBeRead(Descriptor part)
    {
        bool isDocument = MediaTypes.IsIndex(part.MediaType) || MediaTypes.IsManifest(part.MediaType);
        if (!isDocument)
            Note(part); // of another kind: passed on as it is
        if (!isDocument || _documents.ContainsKey(part.Digest))
            return false;
        if (_reading.Wants(part))
            return true;
        _missing[part.Digest] = part;
        return false;
    }

    private void Note(Descriptor blob)
    {
        if (blob.Size < 0)
            throw new InvalidImageException($"{blob.Digest} in {_source.Place} has a negative size");
        _blobs.TryAdd(blob.Digest, new GraphBlob(blob, _source.Blobs));
        if (_blobs.Count > MaxBlobs)
            throw new InvalidImageException($"{_source.Place} leads to more than {MaxBlobs} blobs");
    }

    private async Task<ImmutableArray<Descriptor>> ReadReferrersAsync(CancellationToken ct)
    {
        ImmutableArray<Descriptor>.Builder found = ImmutableArray.CreateBuilder<Descriptor>();
        Queue<Digest> subjects = new(_documents.Keys.Order());
        HashSet<Digest> asked = [];
        while (subjects.TryDequeue(out Digest? subject))
        {
            if (!asked.Add(subject))
                continue;
            ImmutableArray<Descriptor> referrers = [.. (await _source.ReadReferrersAsync(subject, ct).ConfigureAwait(false)).Where(r => !_documents.ContainsKey(r.Digest))];
            await ReadFromAsync(referrers, ct).ConfigureAwait(false);
            found.AddRange(referrers);
            foreach (Descriptor referrer in referrers)
                subjects.Enqueue(referrer.Digest); // a signature of a bill of materials
        }
        return found.ToImmutable();
    }
}
