namespace Caisson.Oci.Registry;

/// <summary>How often and after what time a transient failure is tried again.</summary>
public sealed record RetryPolicy
{
    /// <summary>Attempts in all, the first one included. A transfer that makes progress starts counting anew.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>The time before the second attempt; it doubles from there.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest time that we choose ourselves.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest time that a registry may ask for with Retry-After; beyond it the request fails at once.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The time before another attempt, or null when there shall be none.</summary>
    /// <param name="failures">Failed attempts so far, at least 1.</param>
    /// <param name="retryAfter">What the registry asks for, or null.</param>
    /// <param name="jitter">From 0 to 1; 1 gives the full time, 0 half of it.</param>
    internal TimeSpan? DelayAfter(int failures, TimeSpan? retryAfter, double jitter)
    {
        if (failures >= MaxAttempts || retryAfter > MaxRetryAfter)
            return null;
        double full = Math.Min(FirstDelay.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 30)), MaxDelay.TotalMilliseconds);
        TimeSpan ours = TimeSpan.FromMilliseconds(full * (0.5 + jitter / 2));
        return retryAfter > ours ? retryAfter : ours;
    }
}
