namespace Caisson.Oci.Registry;

/// <summary>Counts the failed attempts of one piece of work and waits between them.</summary>
/// <param name="options">The clock and the spread of the delays.</param>
/// <param name="policy">How often, when it is not the policy of the options.</param>
internal sealed class Attempts(RegistryOptions options, RetryPolicy? policy = null)
{
    private int _failures;
    private TimeSpan _delay;

    /// <summary>Counts a failure. True when the work may be tried again, after <see cref="WaitAsync"/>.</summary>
    public bool Allow(RegistryException failure) => failure.IsTransient && AllowAnother(failure.RetryAfter);

    /// <summary>Counts a failure that a retry can mend for a reason of the caller's.</summary>
    public bool AllowAnother(TimeSpan? retryAfter = null)
    {
        if ((policy ?? options.Retry).DelayAfter(++_failures, retryAfter, NextJitter()) is not { } delay)
            return false;
        _delay = delay;
        return true;
    }

    /// <summary>Waits before the next attempt.</summary>
    public Task WaitAsync(CancellationToken ct) => Task.Delay(_delay, options.Time, ct);

    /// <summary>Something was achieved since the last failure; counting starts anew.</summary>
    public void Reset() => _failures = 0;

    /// <summary>Does work that may simply be repeated.</summary>
    public static Task<T> RunAsync<T>(RegistryOptions options, Func<CancellationToken, Task<T>> work, CancellationToken ct) =>
        new Attempts(options).RunAsync(work, ct);

    /// <summary>Does work that may simply be repeated.</summary>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await work(ct).ConfigureAwait(false);
            }
            catch (RegistryException e) when (Allow(e))
            {
                await WaitAsync(ct).ConfigureAwait(false);
            }
        }
    }

    private double NextJitter()
    {
        if (options.Jitter is not { } random)
            return 1;
        lock (random)
            return random.NextDouble();
    }
}
