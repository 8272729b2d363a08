using System.Collections.Immutable;

namespace Caisson.Engine;

/// <summary>What was removed of a store, or would be.</summary>
/// <param name="Removed">The entries, those that were not used for longest first.</param>
/// <param name="FreedBytes">What they took of the disk.</param>
/// <param name="RemainingBytes">What the store holds now.</param>
public sealed record PruneReport(ImmutableArray<CacheEntry> Removed, long FreedBytes, long RemainingBytes);
