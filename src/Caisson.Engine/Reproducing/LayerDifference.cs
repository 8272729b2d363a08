using System.Collections.Immutable;
using Caisson.Engine.Graph;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Reproducing;

/// <summary>How the layers differ that a step came to in two builds.</summary>
/// <param name="Step">The step.</param>
/// <param name="Entries">The names that differ, in order; of very many the first.</param>
/// <param name="Count">How many they are.</param>
internal sealed record LayerDifference(Node Step, ImmutableArray<EntryPair> Entries, int Count)
{
    /// <summary>The same with some of the names only.</summary>
    public LayerDifference Only(Func<EntryPair, bool> counts)
    {
        ImmutableArray<EntryPair> entries = [.. Entries.Where(counts)];
        return this with { Entries = entries, Count = entries.Length };
    }

    /// <summary>The same with the names of another difference of the step.</summary>
    public LayerDifference With(LayerDifference other)
    {
        ImmutableArray<EntryPair> entries = [.. Entries.Concat(other.Entries).DistinctBy(static p => p.Path, StringComparer.Ordinal).OrderBy(static p => p.Path, EntryPath.Order)];
        return this with { Entries = entries, Count = Math.Max(entries.Length, Math.Max(Count, other.Count)) };
    }
}
