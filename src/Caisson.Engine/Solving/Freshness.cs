using System.Collections.Concurrent;
using Caisson.Engine.Graph;
using Caisson.Oci.Model;

namespace Caisson.Engine.Solving;

/// <summary>Which steps may take what the cache holds.</summary>
/// <param name="usesCache">Whether any may.</param>
/// <param name="fresh">Those that may not all the same.</param>
/// <param name="looksAtAll">Whether every step is looked at.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class Freshness(bool usesCache, IReadOnlySet<Digest> fresh, bool looksAtAll = false)
{
    private readonly ConcurrentDictionary<Digest, bool> _restsOnFresh = new();

    /// <summary>Whether the step itself may: a result for inputs that are the same.</summary>
    public bool MayTakeStored(Node node) => usesCache && !fresh.Contains(node.Digest);

    /// <summary>Whether nothing below the step needs to be looked at when its result is stored. What is done anew may come out different.</summary>
    public bool MaySkip(Node node) => usesCache && !looksAtAll && (fresh.Count == 0 || !RestsOnFresh(node));

    /// <summary>Why the step may take nothing, in a sentence; null when it may.</summary>
    public string? ReasonFor(Node node) =>
        !usesCache ? "--no-cache: no result of an earlier build is taken"
        : fresh.Contains(node.Digest) ? "--no-cache-filter: no result of an earlier build is taken for its stage"
        : null;

    private bool RestsOnFresh(Node node) => _restsOnFresh.GetOrAdd(node.Digest, _ => fresh.Contains(node.Digest) || node.Inputs.Any(RestsOnFresh));
}
