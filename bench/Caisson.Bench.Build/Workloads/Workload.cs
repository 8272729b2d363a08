using System.Collections.Immutable;
using Caisson.Bench.Build.Peers;

namespace Caisson.Bench.Build.Workloads;

/// <summary>Something that all builders are asked to do, and how fast Caisson has to be at it.</summary>
/// <param name="Name">What it is, for tables.</param>
/// <param name="Goal">The most that Caisson may take, as a part of what the fastest other builder takes.</param>
/// <param name="Command">The command of a builder; null where it cannot do it.</param>
internal sealed record Workload(string Name, double Goal, Func<Peer, ImmutableArray<string>?> Command)
{
    /// <summary>The same for Caisson with runc, where the runtime decides; null for the same goal.</summary>
    public double? GoalWithRunc { get; init; }

    /// <summary>Whether Caisson is measured with each runtime: where steps run.</summary>
    public bool RunsSteps { get; init; }

    /// <summary>The most that Caisson may take, in seconds, where others are not asked; null where they are.</summary>
    public double? MostSeconds { get; init; }

    /// <summary>Runs of each builder that are not measured, before those that are.</summary>
    public int WarmUps { get; init; } = 1;

    /// <summary>Done before each run, unmeasured.</summary>
    public Func<Peer, Task> Before { get; init; } = static _ => Task.CompletedTask;

    /// <summary>What the machine itself needs for the least that has to be done; null where nothing stands for that.</summary>
    public ImmutableArray<string>? Limit { get; init; }

    /// <summary>What the limit is.</summary>
    public string LimitName { get; init; } = "";
}
