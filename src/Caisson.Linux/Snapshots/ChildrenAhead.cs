namespace Caisson.Linux.Snapshots;

/// <summary>
/// Reads the directories of a tree before a walk comes to them, on other threads. What the walk is given is what it would have read itself, failures
/// included; only the order of reading differs.
/// </summary>
/// <remarks>For one walk, which is one thread. Disposed when the walk ends; nothing is read afterwards.</remarks>
/// <param name="tree">The tree.</param>
/// <param name="parallelism">How many threads the walk takes, its own among them; 1 to read nothing ahead.</param>
public sealed class ChildrenAhead(IFileTree tree, int parallelism) : IDisposable
{
    private const int MaxEntriesAhead = 16 << 10;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Reading> _expected = new(StringComparer.Ordinal);

    // In the order in which the walk will want them, the next one on top.
    private readonly Stack<Reading> _waiting = new();
    private readonly List<Task> _workers = [];
    private int _running;
    private int _entriesAhead;
    private bool _isOver;

    /// <summary>The entries of the names in a directory, in ordinal order.</summary>
    public IReadOnlyList<FileEntry> Children(string directory)
    {
        Reading? reading;
        lock (_lock)
        {
            if (!_expected.Remove(directory, out reading))
                reading = new Reading(tree, directory);
            reading.IsTaken = true;
            _entriesAhead -= reading.EntriesAhead;
        }
        IReadOnlyList<FileEntry> children = reading.Entries.Value;
        StartWorkers();
        return children;
    }

    /// <summary>Says which directories the walk will enter next, in its order, before any that were named so earlier.</summary>
    public void Expect(IReadOnlyList<FileEntry> entries)
    {
        if (parallelism < 2)
            return;
        lock (_lock)
        {
            for (int i = entries.Count - 1; i >= 0; i--)
            {
                if (!entries[i].IsDirectory)
                    continue;
                Reading reading = new(tree, entries[i].Path);
                if (_expected.TryAdd(entries[i].Path, reading))
                    _waiting.Push(reading);
            }
        }
        StartWorkers();
    }

    /// <summary>Stops reading ahead, and waits for the directories that are being read.</summary>
    public void Dispose()
    {
        lock (_lock)
            _isOver = true;
        Task.WaitAll(_workers.ToArray());
    }

    private void StartWorkers()
    {
        lock (_lock)
        {
            while (_running < parallelism - 1 && CanReadAhead())
            {
                _running++;
                _workers.RemoveAll(static w => w.IsCompleted);
                _workers.Add(Task.Run(ReadAhead));
            }
        }
    }

    private void ReadAhead()
    {
        while (Next() is { } reading)
        {
            int count = reading.TryRead();
            lock (_lock)
            {
                if (reading.IsTaken)
                    continue;
                reading.EntriesAhead = count;
                _entriesAhead += count;
            }
        }
    }

    private Reading? Next()
    {
        lock (_lock)
        {
            if (!CanReadAhead())
            {
                _running--;
                return null;
            }
            return _waiting.Pop();
        }
    }

    private bool CanReadAhead()
    {
        while (_waiting.TryPeek(out Reading? top) && top.IsTaken)
            _waiting.Pop();
        return !_isOver && _waiting.Count > 0 && _entriesAhead < MaxEntriesAhead;
    }

    private sealed class Reading(IFileTree tree, string directory)
    {
        // Whoever comes second waits for whoever came first.
        public Lazy<IReadOnlyList<FileEntry>> Entries { get; } = new(() => tree.Children(directory) is var children && children is IReadOnlyList<FileEntry> list ? list : [.. children]);

        public bool IsTaken { get; set; }

        public int EntriesAhead { get; set; }

        public int TryRead()
        {
            try
            {
                return Entries.Value.Count;
            }
            catch (Exception)
            {
                return 0; // the walk meets the same failure when it comes here
            }
        }
    }
}
