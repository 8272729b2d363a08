using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>An archive that was written again without what no step used.</summary>
/// <param name="SizeBytes">How large the archive was.</param>
/// <param name="TrimmedBytes">How large the new one is.</param>
/// <param name="Digest">The digest of the new one.</param>
/// <param name="Unused">The files that were left out, in ordinal order.</param>
public sealed record TrimResult(long SizeBytes, long TrimmedBytes, Digest Digest, ImmutableArray<string> Unused);
