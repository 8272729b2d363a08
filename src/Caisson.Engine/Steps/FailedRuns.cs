using System.Collections.Concurrent;
using Caisson.Engine.Secrets;

namespace Caisson.Engine.Steps;

/// <summary>What the failed programs of one build left. It is there until the work area goes.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class FailedRuns
{
    private readonly ConcurrentDictionary<Exception, FailedRun> _left = new(ReferenceEqualityComparer.Instance);

    /// <summary>The secrets of the build.</summary>
    public SecretStore Secrets { get; set; } = SecretStore.Empty;

    /// <summary>Remembers what a program left.</summary>
    /// <param name="failure">How it failed.</param>
    /// <param name="run">What it left.</param>
    public void Add(Exception failure, FailedRun run) => _left[failure] = run;

    /// <summary>What the program left that failed so; null when it was no program that failed.</summary>
    public FailedRun? Find(Exception failure) => _left.GetValueOrDefault(failure);
}
