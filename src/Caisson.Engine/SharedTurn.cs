namespace Caisson.Engine;

/// <summary>Work that is done by one at a time, and for all who asked for it before it began: of many who want to know something at once, few have to find it out.</summary>
/// <typeparam name="T">What it comes to.</typeparam>
/// <remarks>Thread-safe.</remarks>
internal sealed class SharedTurn<T> : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private long _asked;
    private (long Asked, T? Result) _last;

    /// <summary>Does the work, or waits for somebody who begins it from now on. Who fails, or gives up, fails alone.</summary>
    public async Task<T> DoAsync(Func<Task<T>> work, CancellationToken ct)
    {
        long own = Interlocked.Increment(ref _asked);
        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (_last.Asked < own)
                _last = (Volatile.Read(ref _asked), await work().ConfigureAwait(false));
            return _last.Result!; // somebody has done it
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
