using System.Threading.Channels;
using Caisson.Daemon.Proto.Control;
using Google.Protobuf.WellKnownTypes;

namespace Caisson.Daemon.Control;

/// <summary>What is told of one build: all that readers need who come later, and what happens, for those who follow.</summary>
/// <remarks>
/// Thread-safe. Memory is bounded: of what steps write, the last is kept for who comes late, and a reader who is slow misses lines, and is told how many, before anything else
/// is dropped.
/// </remarks>
internal sealed class StatusLog(TimeProvider time)
{
    private const int MaxKeptLogs = 2_000;
    private const int MaxKeptLogBytes = 1 << 20;
    private const int MaxWaiting = 20_000;
    private const long MaxWaitingBytes = 8 << 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Vertex> _vertexes = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly Dictionary<(string, string), VertexStatus> _statuses = [];
    private readonly List<VertexWarning> _warnings = [];
    private readonly Queue<VertexLog> _logs = new();
    private readonly List<Reader> _readers = [];
    private long _logBytes;
    private bool _isComplete;

    /// <summary>Steps that ended, and of them those that came from the cache.</summary>
    public (int Completed, int Cached, int Total, int Warnings) Counts
    {
        get
        {
            lock (_lock)
                return (_vertexes.Values.Count(static v => v.Completed is not null), _vertexes.Values.Count(static v => v.Cached), _vertexes.Count, _warnings.Count);
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

    /// <summary>A vertex began, or ended.</summary>
    public void Set(Vertex vertex)
    {
        lock (_lock)
        {
            if (_vertexes.TryAdd(vertex.Digest, vertex))
                _order.Add(vertex.Digest);
            else
                _vertexes[vertex.Digest] = vertex;
            Tell(new StatusResponse { Vertexes = { vertex } }, logBytes: 0);
        }
    }

    /// <summary>Work on a vertex went on.</summary>
    public void Set(VertexStatus status)
    {
        lock (_lock)
        {
            _statuses[(status.Vertex, status.ID)] = status;
            Tell(new StatusResponse { Statuses = { status } }, logBytes: 0);
        }
    }

    /// <summary>A vertex wrote something.</summary>
    public void Add(VertexLog log)
    {
        lock (_lock)
        {
            _logs.Enqueue(log);
            _logBytes += log.Msg.Length;
            while (_logs.Count > MaxKeptLogs || _logBytes > MaxKeptLogBytes)
                _logBytes -= _logs.Dequeue().Msg.Length;
            Tell(new StatusResponse { Logs = { log } }, log.Msg.Length);
        }
    }

    /// <summary>Something that the user should know.</summary>
    public void Add(VertexWarning warning)
    {
        lock (_lock)
        {
            _warnings.Add(warning);
            Tell(new StatusResponse { Warnings = { warning } }, logBytes: 0);
        }
    }

    /// <summary>Nothing more will come.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _isComplete = true;
            foreach (Reader reader in _readers)
                reader.Waiting.Writer.TryComplete();
        }
    }

    /// <summary>All that there is to tell, from the start, until the build ends.</summary>
    public async IAsyncEnumerable<StatusResponse> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        Reader reader = new();
        lock (_lock)
        {
            reader.Waiting.Writer.TryWrite((Snapshot(), 0));
            if (_isComplete)
                reader.Waiting.Writer.TryComplete();
            else
                _readers.Add(reader);
        }
        try
        {
            await foreach ((StatusResponse message, int bytes) in reader.Waiting.Reader.ReadAllAsync(ct).ConfigureAwait(false))
            {
                Interlocked.Decrement(ref reader.Count);
                Interlocked.Add(ref reader.Bytes, -bytes);
                yield return message;
            }
        }
        finally
        {
            lock (_lock)
                _readers.Remove(reader);
        }
    }

    private StatusResponse Snapshot() => new()
    {
        Vertexes = { _order.Select(d => _vertexes[d]) },
        Statuses = { _statuses.Values },
        Logs = { _logs },
        Warnings = { _warnings },
    };

    private void Tell(StatusResponse message, int logBytes)
    {
        foreach (Reader reader in _readers)
        {
            if (logBytes > 0 && (Volatile.Read(ref reader.Count) > MaxWaiting || Interlocked.Read(ref reader.Bytes) > MaxWaitingBytes))
            {
                reader.Dropped++;
                continue;
            }
            if (reader.Dropped > 0 && logBytes > 0)
            {
                VertexLog missing = message.Logs[0].Clone();
                missing.Msg = Google.Protobuf.ByteString.CopyFromUtf8($"[{reader.Dropped} lines were not read in time and are left out here]\n");
                reader.Dropped = 0;
                reader.Add(new StatusResponse { Logs = { missing } }, missing.Msg.Length);
            }
            reader.Add(message, logBytes);
        }
    }

    private sealed class Reader
    {
        public int Count;
        public long Bytes;

        public Channel<(StatusResponse Message, int Bytes)> Waiting { get; } = Channel.CreateUnbounded<(StatusResponse, int)>(new UnboundedChannelOptions { SingleReader = true });

        public int Dropped { get; set; }

        public void Add(StatusResponse message, int bytes)
        {
            Interlocked.Increment(ref Count);
            Interlocked.Add(ref Bytes, bytes);
            Waiting.Writer.TryWrite((message, bytes));
        }
    }
}
