using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Oci.Layout;

/// <summary>What was removed from a layout.</summary>
/// <param name="Removed">The blobs, in order of their digests.</param>
/// <param name="FreedBytes">Their sizes together.</param>
public sealed record PruneResult(ImmutableArray<Digest> Removed, long FreedBytes);
