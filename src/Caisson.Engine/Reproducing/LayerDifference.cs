using System.Collections.Immutable;
using Caisson.Engine.Graph;

namespace Caisson.Engine.Reproducing;

/// <summary>How the layers differ that a step came to in two builds.</summary>
/// <param name="Step">The step.</param>
/// <param name="Entries">The names that differ, in order; of very many the first.</param>
/// <param name="Count">How many they are.</param>
internal sealed record LayerDifference(Node Step, ImmutableArray<EntryPair> Entries, int Count);
