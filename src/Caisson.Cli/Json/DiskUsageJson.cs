using System.Text.Json;
using Caisson.Engine;

namespace Caisson.Cli.Json;

/// <summary>What the store holds, and what was removed of it, for programs. Sizes are in bytes, times in ISO 8601.</summary>
internal static class DiskUsageJson
{
    /// <summary>What <c>du</c> shows.</summary>
    public static string Write(DiskUsage usage, IEnumerable<CacheEntry> shown) => JsonOutput.Write(json =>
    {
        json.WriteObjects("entries", shown, entry => Write(json, entry));
        json.WriteNumber("totalBytes", usage.TotalBytes);
        json.WriteNumber("sharedBytes", usage.SharedBytes);
        json.WriteNumber("reclaimableBytes", usage.ReclaimableBytes);
        json.WriteNumber("allReclaimableBytes", usage.AllReclaimableBytes);
    });

    /// <summary>What <c>prune</c> shows.</summary>
    public static string Write(PruneReport report) => JsonOutput.Write(json =>
    {
        json.WriteObjects("removed", report.Removed, entry => Write(json, entry));
        json.WriteNumber("freedBytes", report.FreedBytes);
        json.WriteNumber("remainingBytes", report.RemainingBytes);
    });

    private static void Write(Utf8JsonWriter json, CacheEntry entry)
    {
        json.WriteString("id", entry.Id);
        json.WriteString("type", entry.Type);
        json.WriteOptional("description", entry.Description);
        json.WriteOptional("path", entry.Path);
        json.WriteNumber("sizeBytes", entry.SizeBytes);
        json.WriteNumber("sharedBytes", entry.SharedBytes);
        if (entry.LastUsed != DateTimeOffset.UnixEpoch)
            json.WriteString("lastUsed", entry.LastUsed);
        json.WriteBoolean("inUse", entry.IsInUse);
        json.WriteBoolean("shared", entry.IsShared);
        json.WriteBoolean("mutable", entry.IsMutable);
        json.WriteBoolean("reclaimable", entry.IsReclaimable);
    }
}
