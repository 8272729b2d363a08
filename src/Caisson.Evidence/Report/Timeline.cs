using System.Collections.Immutable;
using Caisson.Engine;
using Caisson.Engine.History;

namespace Caisson.Evidence.Report;

/// <summary>When the steps of a build could have begun, and when they did.</summary>
internal static class Timeline
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(30);
    private static readonly double[] Steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400];

    /// <summary>How long each step waited although all that it needs was there, by its number.</summary>
    public static IReadOnlyDictionary<int, TimeSpan> Waits(BuildRecord build, BuildInputs inputs)
    {
        ILookup<string, StepHistory> byName = build.Steps.ToLookup(static s => s.Name, StringComparer.Ordinal);
        TimeSpan[] ends = new TimeSpan[inputs.Steps.Length];
        Dictionary<int, TimeSpan> waits = [];
        foreach (BuildStep step in inputs.Steps)
        {
            TimeSpan ready = step.Inputs.IsEmpty ? TimeSpan.Zero : step.Inputs.Max(i => ends[i]);
            ends[step.Id] = ready;
            if (byName[step.Name].FirstOrDefault() is not { } done)
                continue;
            ends[step.Id] = done.Start + done.Duration;
            // Of what needs nothing nobody knows when it was wanted first.
            if (done.Outcome is StepOutcome.Done or StepOutcome.Failed && ready > TimeSpan.Zero && done.Start - ready >= ShortestWait)
                waits[done.Number] = done.Start - ready;
        }
        return waits;
    }

    /// <summary>Round times for a scale, at most eight.</summary>
    public static ImmutableArray<TimeSpan> Ticks(TimeSpan length)
    {
        double step = Steps.FirstOrDefault(s => length.TotalSeconds / s <= 7, Steps[^1]);
        ImmutableArray<TimeSpan>.Builder ticks = ImmutableArray.CreateBuilder<TimeSpan>();
        for (int i = 0; i * step <= length.TotalSeconds && i < 8; i++)
            ticks.Add(TimeSpan.FromSeconds(i * step));
        return ticks.ToImmutable();
    }
}
