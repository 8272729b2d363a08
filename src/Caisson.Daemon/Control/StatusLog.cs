using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Caisson.Daemon.Proto.Control;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Caisson.Daemon.Control;

/// <summary>What is told of one build: all that readers need who come later, and what happens, for those who follow.</summary>
/// <remarks>
/// Thread-safe. Memory is bounded, however many read and however slowly: there is one list for all, of which each has read up to some place. Of the progress of a
/// thing, and of a vertex that is known, the last word stands in it. Of what steps write, it has the last: a reader who is slow misses lines, and is told how many.
/// What there is no room for otherwise is left out, which a last warning says.
/// </remarks>
internal sealed class StatusLog(TimeProvider time)
{
    private const int MaxLogs = 20_000;
    private const int MaxLogBytes = 8 << 20;

    // Of a build that has ended and that nobody reads.
    private const int MaxKeptLogs = 2_000;
    private const int MaxKeptLogBytes = 1 << 20;

    // Of all else.
    private const int MaxWarnings = 1_000;
    private const long MaxBytes = 8 << 20;

    // Clients take 16 MiB.
    private const int MaxMessageBytes = 1 << 20;

    private readonly Lock _lock = new();
    private readonly LinkedList<Entry> _told = new();
    private readonly Dictionary<string, Vertex> _vertexes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Vertex, string? Progress), LinkedListNode<Entry>> _last = [];
    private readonly Queue<LinkedListNode<Entry>> _logs = new();
    private readonly List<Reader> _readers = [];
    private long _bytes;
    private long _logBytes;
    private long _lines;
    private int _warnings;
    private bool _leavesOut;
    private bool _isComplete;

    /// <summary>Steps that ended, and of them those that came from the cache; all steps; warnings.</summary>
    public (int Completed, int Cached, int Total, int Warnings) Counts
    {
        get
        {
            lock (_lock)
                return (_vertexes.Values.Count(static v => v.Completed is not null), _vertexes.Values.Count(static v => v.Cached), _vertexes.Count, _warnings);
        }
    }

    /// <summary>The time now, as messages have it.</summary>
    public Timestamp Now => Timestamp.FromDateTimeOffset(time.GetUtcNow());

    /// <summary>What is known of a vertex; null when nothing is.</summary>
    public Vertex? Find(string digest)
    {
        lock (_lock)
            return _vertexes.GetValueOrDefault(digest)?.Clone();
    }

    /// <summary>The vertex that failed first; null when none has.</summary>
    public string? FindFailed()
    {
        lock (_lock)
            return _vertexes.Values.Where(static v => v.Error.Length > 0 && v.Error != StatusRecorder.Cancelled).OrderBy(static v => v.Completed?.ToDateTimeOffset()).FirstOrDefault()?.Digest;
    }

    /// <summary>A vertex began, or ended.</summary>
    public void Set(Vertex vertex)
    {
        lock (_lock)
        {
            bool isNew = !_vertexes.ContainsKey(vertex.Digest);
            Entry entry = new(new StatusResponse { Vertexes = { vertex } });
            if (isNew && !HasRoom(entry, vertex.Digest))
                return;
            _vertexes[vertex.Digest] = vertex;
            // The first word on it stays where it is: clients pass over what is told of a vertex that they do not know.
            if (isNew)
                Append(entry);
            else
                Replace((vertex.Digest, null), entry);
        }
    }

    /// <summary>Work on a vertex went on. It began when that was told for the first time.</summary>
    public void Set(VertexStatus status)
    {
        lock (_lock)
        {
            LinkedListNode<Entry>? before = _last.GetValueOrDefault((status.Vertex, status.ID));
            status.Started = before?.Value.Message.Statuses[0].Started ?? status.Started;
            Entry entry = new(new StatusResponse { Statuses = { status } });
            if (before is not null || HasRoom(entry, status.Vertex))
                Replace((status.Vertex, status.ID), entry);
        }
    }

    /// <summary>Work on a vertex that was told of has come to its end.</summary>
    public void EndProgress(string vertex)
    {
        lock (_lock)
        {
            foreach (VertexStatus open in _last.Where(l => l.Key.Vertex == vertex && l.Key.Progress is not null).Select(static l => l.Value.Value.Message.Statuses[0]).Where(static s => s.Completed is null).ToArray())
                Set(new VertexStatus(open) { Timestamp = Now, Completed = Now });
        }
    }

    /// <summary>A vertex wrote something.</summary>
    public void Add(VertexLog log)
    {
        lock (_lock)
        {
            _logs.Enqueue(Append(new Entry(new StatusResponse { Logs = { log } }) { Line = _lines++ }));
            DropLogs(MaxLogs, MaxLogBytes);
        }
    }

    /// <summary>Something that the user should know.</summary>
    public void Add(VertexWarning warning)
    {
        lock (_lock)
        {
            Entry entry = new(new StatusResponse { Warnings = { warning } });
            if (!HasRoom(entry, warning.Vertex))
                return;
            _warnings++;
            Append(entry);
        }
    }

    /// <summary>Nothing more will come.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _isComplete = true;
            foreach (Reader reader in _readers)
                reader.More.Writer.TryComplete();
            Trim();
        }
    }

    /// <summary>All that there is to tell, from the start, until the build ends.</summary>
    public async IAsyncEnumerable<StatusResponse> ReadAllAsync([EnumeratorCancellation] CancellationToken ct)
    {
        Reader reader = new();
        lock (_lock)
        {
            reader.NextLine = _logs.TryPeek(out LinkedListNode<Entry>? oldest) ? oldest.Value.Line : _lines;
            _readers.Add(reader);
            if (_isComplete)
                reader.More.Writer.TryComplete();
        }
        try
        {
            // What there is may come in several messages; what came after the last is there before that is said.
            do
            {
                while (Next(reader) is { } message)
                    yield return message;
            }
            while (await reader.More.Reader.WaitToReadAsync(ct).ConfigureAwait(false) && reader.More.Reader.TryRead(out _));
        }
        finally
        {
            lock (_lock)
            {
                _readers.Remove(reader);
                Trim();
            }
        }
    }

    private StatusResponse? Next(Reader reader)
    {
        StatusResponse message = new();
        long bytes = 0;
        lock (_lock)
        {
            while ((reader.Last is { } last ? last.Next : _told.First) is { Value: var entry } next && (bytes == 0 || bytes + entry.Bytes <= MaxMessageBytes))
            {
                if (entry.IsLine)
                {
                    if (entry.Line > reader.NextLine)
                        message.Logs.Add(Missing(entry.Message.Logs[0], entry.Line - reader.NextLine));
                    reader.NextLine = entry.Line + 1;
                }
                message.MergeFrom(entry.Message);
                bytes += entry.Bytes;
                reader.Last = next;
            }
        }
        return bytes > 0 ? message : null;
    }

    private static VertexLog Missing(VertexLog after, long lines)
    {
        VertexLog missing = after.Clone();
        missing.Msg = ByteString.CopyFromUtf8($"[{lines} lines were not read in time and are left out here]\n");
        return missing;
    }

    private bool HasRoom(Entry entry, string vertex)
    {
        if (_bytes + entry.Bytes <= MaxBytes && (_warnings < MaxWarnings || entry.Message.Warnings.Count == 0))
            return true;
        if (_leavesOut)
            return false;
        _leavesOut = true;
        _warnings++;
        Append(new Entry(new StatusResponse { Warnings = { new VertexWarning { Vertex = vertex, Level = 1, Short = ByteString.CopyFromUtf8("more is told of this build than is kept: further warnings, steps and progress are left out here") } } }));
        return false;
    }

    private void Replace((string, string?) key, Entry entry)
    {
        if (_last.TryGetValue(key, out LinkedListNode<Entry>? before))
            Remove(before);
        _last[key] = Append(entry);
    }

    private LinkedListNode<Entry> Append(Entry entry)
    {
        if (entry.IsLine)
            _logBytes += entry.Bytes;
        else
            _bytes += entry.Bytes;
        LinkedListNode<Entry> node = _told.AddLast(entry);
        foreach (Reader reader in _readers)
            reader.More.Writer.TryWrite(true);
        return node;
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        if (node.Value.IsLine)
            _logBytes -= node.Value.Bytes;
        else
            _bytes -= node.Value.Bytes;
        foreach (Reader reader in _readers.Where(r => r.Last == node))
            reader.Last = node.Previous;
        _told.Remove(node);
    }

    private void DropLogs(int most, int mostBytes)
    {
        while (_logs.Count > 1 && (_logs.Count > most || _logBytes > mostBytes))
            Remove(_logs.Dequeue());
    }

    private void Trim()
    {
        if (_isComplete && _readers.Count == 0)
            DropLogs(MaxKeptLogs, MaxKeptLogBytes);
    }

    /// <summary>Something that was told.</summary>
    private sealed class Entry(StatusResponse message)
    {
        public StatusResponse Message { get; } = message;

        public int Bytes { get; } = message.CalculateSize();

        public bool IsLine => Message.Logs.Count > 0;

        /// <summary>Of what steps wrote: its number.</summary>
        public long Line { get; init; }
    }

    private sealed class Reader
    {
        /// <summary>What it has read last; null for nothing, or when that and all before it is gone.</summary>
        public LinkedListNode<Entry>? Last { get; set; }

        public long NextLine { get; set; }

        public Channel<bool> More { get; } = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    }
}
