using System.Collections.Immutable;

namespace Caisson.Oci.Model;

/// <summary>How to find out whether a container is well. Durations are nanoseconds; 0 or null means the runtime's default.</summary>
/// <remarks>moby image-spec v1.3, "Healthcheck".</remarks>
public sealed record HealthCheck
{
    /// <summary><c>NONE</c>, or <c>CMD</c> or <c>CMD-SHELL</c> and the command.</summary>
    public ImmutableArray<string>? Test { get; init; }

    /// <summary>Time between two checks.</summary>
    public long? IntervalNanoseconds { get; init; }

    /// <summary>Time after which a check counts as failed.</summary>
    public long? TimeoutNanoseconds { get; init; }

    /// <summary>Time in which failures do not count.</summary>
    public long? StartPeriodNanoseconds { get; init; }

    /// <summary>Time between two checks during the start period.</summary>
    public long? StartIntervalNanoseconds { get; init; }

    /// <summary>Failures in a row that make a container unhealthy.</summary>
    public int? Retries { get; init; }
}
