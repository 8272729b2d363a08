using System.Collections.Immutable;
using Caisson.Daemon.Proto.Control;
using Caisson.Engine;
using Caisson.Engine.Spelling;
using Google.Protobuf.WellKnownTypes;
using PruneRequest = Caisson.Daemon.Proto.Control.PruneRequest;

namespace Caisson.Daemon.Control;

/// <summary>What the store holds, and its removal, as clients of BuildKit ask for them, and rules.</summary>
internal sealed class CacheContents(BuildEngine engine, TimeProvider time)
{
    /// <summary>What it holds of the cache.</summary>
    /// <exception cref="UsageException">A filter is wrong.</exception>
    public async Task<DiskUsageResponse> MeasureAsync(DiskUsageRequest request, CancellationToken ct)
    {
        Func<CacheEntry, bool> filter = CacheFilterValues.ParseAny(request.Filter, time.GetUtcNow());
        DiskUsage usage = await engine.Cache.MeasureAsync(ct).ConfigureAwait(false);
        return new DiskUsageResponse { Record = { usage.Entries.Where(static e => e.IsCache).Where(filter).Select(RecordOf) } };
    }

    /// <summary>Removes what is asked for.</summary>
    /// <exception cref="UsageException">A filter is wrong.</exception>
    public Task<ImmutableArray<UsageRecord>> PruneAsync(PruneRequest request, CancellationToken ct) => PruneAsync([new GCPolicy
    {
        All = request.All,
        Filters = { request.Filter },
        KeepDuration = request.KeepDuration,
        ReservedSpace = request.ReservedSpace,
        MaxUsedSpace = request.MaxUsedSpace,
        MinFreeSpace = request.MinFreeSpace,
    }], ct);

    /// <summary>Removes what rules say, one after the other.</summary>
    /// <exception cref="UsageException">A filter is wrong.</exception>
    public async Task<ImmutableArray<UsageRecord>> PruneAsync(ImmutableArray<GCPolicy> rules, CancellationToken ct)
    {
        DateTimeOffset now = time.GetUtcNow();
        PruneReport report = await engine.Cache.PruneAsync([.. rules.Select(r => RequestOf(r, now))], ct).ConfigureAwait(false);
        return [.. report.Removed.Select(RecordOf)];
    }

    private static Engine.PruneRequest RequestOf(GCPolicy rule, DateTimeOffset now) => new()
    {
        All = rule.All,
        Filter = CacheFilterValues.ParseAny(rule.Filters, now),
        UnusedFor = rule.KeepDuration > 0 ? TimeSpan.FromMicroseconds(rule.KeepDuration / 1000d) : null,
        ReservedBytes = rule.ReservedSpace > 0 ? rule.ReservedSpace : null,
        MaxUsedBytes = rule.MaxUsedSpace > 0 ? rule.MaxUsedSpace : null,
        MinFreeBytes = rule.MinFreeSpace > 0 ? rule.MinFreeSpace : null,
    };

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
}
