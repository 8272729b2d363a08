using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Caisson.Daemon.Proto.Control;
using Google.Protobuf;
using Grpc.Core;

namespace Caisson.Daemon.Control;

/// <summary>The builds of clients that the daemon remembers while it runs, by the names that the clients gave them: the newest, and those that were pinned.</summary>
/// <remarks>The builds themselves, with all that their steps wrote, are in the history of the store (<c>caisson history</c>). Thread-safe.</remarks>
internal sealed class ClientHistory
{
    private const int MaxBuilds = 100;

    private readonly Lock _lock = new();
    private readonly LinkedList<(BuildHistoryRecord Record, StatusLog Status)> _builds = new();
    private readonly List<Channel<BuildHistoryEvent>> _listeners = [];
    private readonly Dictionary<string, byte[]> _documents = new(StringComparer.Ordinal);

    /// <summary>A build begins.</summary>
    public void Begin(BuildJob job)
    {
        if (job.Request.Internal)
            return;
        BuildHistoryRecord record = new() { Ref = job.Reference, Frontend = job.Request.Frontend, FrontendAttrs = { job.Request.FrontendAttrs }, Exporters = { job.Request.Exporters }, CreatedAt = job.Started, Generation = 1 };
        lock (_lock)
        {
            _builds.AddFirst((record, job.Status));
            Tell(BuildHistoryEventType.Started, record);
            Trim();
        }
    }

    /// <summary>A document of a build, by its digest; null when there is none.</summary>
    public byte[]? FindDocument(string digest)
    {
        lock (_lock)
            return _documents.GetValueOrDefault(digest);
    }

    /// <summary>A build has ended.</summary>
    /// <param name="job">The build.</param>
    /// <param name="response">What the client was told.</param>
    /// <param name="failure">Why it failed; null when it did not.</param>
    /// <param name="predicate">What is said of how it was built, by the type of the predicate; null when nothing is.</param>
    public void Complete(BuildJob job, SolveResponse response, Exception? failure, (string Type, byte[] Json)? predicate)
    {
        lock (_lock)
        {
            if (_builds.FirstOrDefault(b => b.Status == job.Status).Record is not { } record)
                return;
            (record.NumCompletedSteps, record.NumCachedSteps, record.NumTotalSteps, record.NumWarnings) = job.Status.Counts;
            record.CompletedAt = job.Status.Now;
            record.ExporterResponse.Add(response.ExporterResponse);
            if (failure is not null)
            {
                // Where it happened, and in what, stands beside the record.
                Proto.Rpc.Status status = BuildErrors.StatusOf(failure, job.Status.FindFailed());
                record.ExternalError = Keep("application/vnd.googeapis.google.rpc.status+proto", status.ToByteArray()); // so misspelt by BuildKit
                status.Details.Clear();
                record.Error = status;
            }
            if (predicate is var (type, json))
            {
                BlobDescriptor attestation = Keep("application/vnd.in-toto+json", json);
                attestation.Annotations["in-toto.io/predicate-type"] = type;
                record.Result = new BuildResultInfo { Attestations = { attestation } };
            }
            record.Generation++;
            Tell(BuildHistoryEventType.Complete, record);
        }
    }

    /// <summary>What was told of a build that is remembered; null when it is not.</summary>
    public StatusLog? Find(string reference)
    {
        lock (_lock)
            return _builds.FirstOrDefault(b => b.Record.Ref == reference).Status;
    }

    /// <summary>Pins a build, lets it go again, or forgets it.</summary>
    /// <exception cref="RpcException">There is none of this name.</exception>
    public void Update(UpdateBuildHistoryRequest request)
    {
        lock (_lock)
        {
            LinkedListNode<(BuildHistoryRecord Record, StatusLog Status)>? found = _builds.First;
            while (found is not null && found.Value.Record.Ref != request.Ref)
                found = found.Next;
            if (found is null)
                throw new RpcException(new Status(StatusCode.NotFound, $"no record found for ref {request.Ref}"));
            BuildHistoryRecord record = found.Value.Record;
            if (request.Delete)
            {
                _builds.Remove(found);
                Forget(record);
                Tell(BuildHistoryEventType.Deleted, record);
            }
            else if (!request.Finalize && record.Pinned != request.Pinned)
            {
                record.Pinned = request.Pinned;
                record.Generation++;
                Tell(BuildHistoryEventType.Complete, record);
            }
        }
    }

    /// <summary>The builds, the newest first, and then what becomes of them, unless the client wants to leave.</summary>
    public async IAsyncEnumerable<BuildHistoryEvent> ListenAsync(BuildHistoryRequest request, DateTimeOffset now, [EnumeratorCancellation] CancellationToken ct)
    {
        Channel<BuildHistoryEvent> channel = Channel.CreateBounded<BuildHistoryEvent>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropOldest });
        List<BuildHistoryEvent> known = [];
        lock (_lock)
        {
            foreach ((BuildHistoryRecord record, _) in _builds)
            {
                if (request.Limit > 0 && known.Count >= request.Limit)
                    break;
                if (Matches(request, record) && HistoryFilter.Matches(request.Filter, record, now))
                    known.Add(new BuildHistoryEvent { Type = record.CompletedAt is null ? BuildHistoryEventType.Started : BuildHistoryEventType.Complete, Record = record.Clone() });
            }
            if (!request.EarlyExit)
                _listeners.Add(channel);
        }
        try
        {
            foreach (BuildHistoryEvent told in known)
                yield return told;
            if (request.EarlyExit)
                yield break;
            await foreach (BuildHistoryEvent told in channel.Reader.ReadAllAsync(ct).ConfigureAwait(false))
            {
                if (Matches(request, told.Record))
                    yield return told;
            }
        }
        finally
        {
            lock (_lock)
                _listeners.Remove(channel);
        }
    }

    private static bool Matches(BuildHistoryRequest request, BuildHistoryRecord record) =>
        (request.Ref.Length == 0 || record.Ref.StartsWith(request.Ref, StringComparison.Ordinal)) && (!request.ActiveOnly || record.CompletedAt is null);

    private void Tell(BuildHistoryEventType type, BuildHistoryRecord record)
    {
        foreach (Channel<BuildHistoryEvent> listener in _listeners)
            listener.Writer.TryWrite(new BuildHistoryEvent { Type = type, Record = record.Clone() });
    }

    private BlobDescriptor Keep(string mediaType, byte[] document)
    {
        string digest = Oci.Model.Digest.OfBytes(document).Value;
        _documents[digest] = document;
        return new BlobDescriptor { MediaType = mediaType, Digest = digest, Size = document.Length };
    }

    // Two builds may have the same document.
    private void Forget(BuildHistoryRecord record)
    {
        foreach (string digest in DocumentsOf(record))
        {
            if (!_builds.Any(b => DocumentsOf(b.Record).Contains(digest)))
                _documents.Remove(digest);
        }
    }

    private static IEnumerable<string> DocumentsOf(BuildHistoryRecord record) =>
        [.. (record.Result?.Attestations ?? []).Select(static a => a.Digest), .. record.ExternalError is { } error ? [error.Digest] : Array.Empty<string>()];

    private void Trim()
    {
        for (LinkedListNode<(BuildHistoryRecord Record, StatusLog Status)>? oldest = _builds.Last; oldest is not null && _builds.Count > MaxBuilds;)
        {
            LinkedListNode<(BuildHistoryRecord Record, StatusLog Status)>? next = oldest.Previous;
            if (!oldest.Value.Record.Pinned && oldest.Value.Record.CompletedAt is not null)
            {
                _builds.Remove(oldest);
                Forget(oldest.Value.Record);
            }
            oldest = next;
        }
    }
}
