using System.Collections.Concurrent;

namespace Caisson.Daemon.EngineApi;

/// <summary>The builds that go on, by the names that their clients gave them.</summary>
internal sealed class RunningBuilds
{
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _byName = new(StringComparer.Ordinal);

    /// <summary>A build begins; it has ended when the result is disposed of.</summary>
    /// <param name="name">Its name; null for none.</param>
    /// <param name="stop">Ends it.</param>
    public IDisposable Begin(string? name, CancellationTokenSource stop)
    {
        bool isNamed = name is not null && _byName.TryAdd(name, stop);
        return new Running(this, isNamed ? name : null);
    }

    /// <summary>Ends one; nothing happens when there is none of the name.</summary>
    public async Task CancelAsync(string name)
    {
        if (_byName.TryRemove(name, out CancellationTokenSource? stop))
            await stop.CancelAsync().ConfigureAwait(false);
    }

    private sealed class Running(RunningBuilds all, string? name) : IDisposable
    {
        public void Dispose()
        {
            if (name is not null)
                all._byName.TryRemove(name, out _);
        }
    }
}
