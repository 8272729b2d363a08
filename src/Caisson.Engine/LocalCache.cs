using System.Collections.Immutable;
using Caisson.Engine.Housekeeping;

namespace Caisson.Engine;

/// <summary>What the store holds besides images that have names: results of steps, cache mounts, base images, what was fetched.</summary>
/// <remarks>
/// Thread-safe, and safe while builds go on in this process and in others: what they use is left alone. Every member throws <see cref="BuildException"/>
/// when the store is damaged or cannot be read.
/// </remarks>
public sealed class LocalCache
{
    private readonly EngineParts _parts;

    internal LocalCache(EngineParts parts) => _parts = parts;

    /// <summary>Measures the store. What never changes is measured once, and remembered.</summary>
    public async Task<DiskUsage> MeasureAsync(CancellationToken ct)
    {
        try
        {
            return (await new InventoryReader(_parts).ReadAsync(ct).ConfigureAwait(false)).ToUsage();
        }
        catch (Exception e) when (e is not OperationCanceledException && e is not BuildException && Failures.Explain(e, _parts.Options.StatePath) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>Removes what is not needed. Killed in the middle, it leaves a store that is whole; the rest is removed by the next.</summary>
    public Task<PruneReport> PruneAsync(PruneRequest request, CancellationToken ct) => PruneAsync([request], ct);

    /// <summary>The same for several requests, one after the other: each has what those before it leave. When one only asks what would be removed, nothing is.</summary>
    public async Task<PruneReport> PruneAsync(ImmutableArray<PruneRequest> requests, CancellationToken ct)
    {
        try
        {
            Prune prune = await Prune.BeginAsync(_parts, ct).ConfigureAwait(false);
            ImmutableArray<Holding> chosen = prune.Choose(requests);
            if (!requests.Any(static r => r.IsDryRun))
                chosen = await prune.RemoveAsync(chosen, ct).ConfigureAwait(false);
            return prune.Report(chosen);
        }
        catch (Exception e) when (e is not OperationCanceledException && e is not BuildException && Failures.Explain(e, _parts.Options.StatePath) is { } explained)
        {
            throw explained;
        }
    }
}
