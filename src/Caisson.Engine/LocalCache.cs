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
    public async Task<PruneReport> PruneAsync(PruneRequest request, CancellationToken ct)
    {
        try
        {
            return await new Prune(_parts).RunAsync(request, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException && e is not BuildException && Failures.Explain(e, _parts.Options.StatePath) is { } explained)
        {
            throw explained;
        }
    }
}
