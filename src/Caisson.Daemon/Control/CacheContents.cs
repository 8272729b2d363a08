using System.Collections.Immutable;
using Caisson.Daemon.Proto.Control;
using Caisson.Engine;
using Caisson.Engine.Spelling;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using PruneRequest = Caisson.Daemon.Proto.Control.PruneRequest;

namespace Caisson.Daemon.Control;

/// <summary>What the store holds, and its removal, as clients of BuildKit ask for them.</summary>
/// <remarks>Conditions of a filter, joined by commas, must all hold; of several filters one has to.</remarks>
internal sealed class CacheContents(BuildEngine engine, TimeProvider time)
{
    /// <summary>What it holds of the cache.</summary>
    /// <exception cref="UsageException">A filter is wrong.</exception>
    public async Task<DiskUsageResponse> MeasureAsync(DiskUsageRequest request, CancellationToken ct)
    {
        Func<CacheEntry, bool> filter = Filter(request.Filter);
        DiskUsage usage = await engine.Cache.MeasureAsync(ct).ConfigureAwait(false);
        return new DiskUsageResponse { Record = { usage.Entries.Where(static e => e.IsCache).Where(filter).Select(RecordOf) } };
    }

    /// <summary>Removes what is asked for.</summary>
    /// <exception cref="UsageException">A filter is wrong.</exception>
    public async Task<ImmutableArray<UsageRecord>> PruneAsync(PruneRequest request, CancellationToken ct)
    {
        PruneReport report = await engine.Cache.PruneAsync(new Engine.PruneRequest
        {
            All = request.All,
            Filter = Filter(request.Filter),
            UnusedFor = request.KeepDuration > 0 ? TimeSpan.FromMicroseconds(request.KeepDuration / 1000d) : null,
            ReservedBytes = request.ReservedSpace > 0 ? request.ReservedSpace : null,
            MaxUsedBytes = request.MaxUsedSpace > 0 ? request.MaxUsedSpace : null,
            MinFreeBytes = request.MinFreeSpace > 0 ? request.MinFreeSpace : null,
        }, ct).ConfigureAwait(false);
        return [.. report.Removed.Select(RecordOf)];
    }

    private static UsageRecord RecordOf(CacheEntry entry) => new()
    {
        ID = entry.Id,
        Mutable = entry.IsMutable,
        InUse = entry.IsInUse,
        Size = entry.SizeBytes,
        CreatedAt = Timestamp.FromDateTimeOffset(entry.LastUsed),
        LastUsedAt = Timestamp.FromDateTimeOffset(entry.LastUsed),
        UsageCount = 1,
        Description = entry.Description,
        RecordType = entry.Type,
        Shared = entry.IsShared,
    };

    private Func<CacheEntry, bool> Filter(RepeatedField<string> filters)
    {
        string[] said = [.. filters.Where(static f => f.Length > 0)];
        if (said.Length == 0)
            return static _ => true;
        DateTimeOffset now = time.GetUtcNow();
        Func<CacheEntry, bool>[][] alternatives = [.. said.Select(f => f.Split(',').Select(c => CacheFilterValues.Parse(c.Replace("==", "=", StringComparison.Ordinal), now)).ToArray())];
        return entry => alternatives.Any(a => a.All(c => c(entry)));
    }
}
