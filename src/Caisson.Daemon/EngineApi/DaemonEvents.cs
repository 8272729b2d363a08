using System.Collections.Immutable;
using System.Threading.Channels;

namespace Caisson.Daemon.EngineApi;

/// <summary>What happens to images, for those who listen; the last of it is kept for those who ask for what was.</summary>
/// <param name="time">The clock.</param>
internal sealed class DaemonEvents(TimeProvider time) : IDisposable
{
    // Docker keeps as many.
    private const int MaxKept = 256;
    private const int MaxWaiting = 1024;

    private readonly Lock _lock = new();
    private readonly Queue<DaemonEvent> _kept = new();
    private readonly List<Channel<DaemonEvent>> _listeners = [];

    /// <summary>Something happened.</summary>
    /// <param name="type">To what: image, or builder.</param>
    /// <param name="action">What: pull, tag, …</param>
    /// <param name="id">Which: an id, or a name.</param>
    /// <param name="attributes">What else is known.</param>
    public void Add(string type, string action, string id, params ImmutableArray<(string Name, string Value)> attributes)
    {
        lock (_lock)
        {
            DaemonEvent happened = new(type, action, id, attributes, time.GetUtcNow());
            _kept.Enqueue(happened);
            if (_kept.Count > MaxKept)
                _kept.Dequeue();
            // Who does not read in time misses some.
            foreach (Channel<DaemonEvent> listener in _listeners)
                listener.Writer.TryWrite(happened);
        }
    }

    /// <summary>What is kept, and a channel of what comes; both are told nothing twice, and nothing is left out between them.</summary>
    public (ImmutableArray<DaemonEvent> Kept, Channel<DaemonEvent> Coming) Listen()
    {
        Channel<DaemonEvent> coming = Channel.CreateBounded<DaemonEvent>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
        lock (_lock)
        {
            _listeners.Add(coming);
            return ([.. _kept], coming);
        }
    }

    /// <summary>A listener has gone.</summary>
    public void Leave(Channel<DaemonEvent> listener)
    {
        lock (_lock)
            _listeners.Remove(listener);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (Channel<DaemonEvent> listener in _listeners)
                listener.Writer.TryComplete();
            _listeners.Clear();
        }
    }
}
