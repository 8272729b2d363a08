using Caisson.Cli.Progress;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary>Entries of the store as lines, or each as a block.</summary>
/// <param name="output">Where to.</param>
/// <param name="now">The time.</param>
/// <param name="width">How long a line may be; null for any length.</param>
internal sealed class CacheTable(TextWriter output, DateTimeOffset now, int? width)
{
    private const int Gap = 3;
    private static readonly string[] Head = ["ID", "TYPE", "RECLAIMABLE", "SIZE", "LAST USED", "DESCRIPTION"];

    /// <summary>A line for each; nothing when there are none.</summary>
    public void Write(IReadOnlyCollection<CacheEntry> entries)
    {
        if (entries.Count == 0)
            return;
        string[][] rows = [Head, .. entries.Select(Row)];
        int[] widths = [.. Head.Select((_, column) => rows.Max(row => row[column].Length) + Gap)];
        foreach (string[] row in rows)
            output.WriteLine(Fit(string.Concat(row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()));
    }

    /// <summary>A block for each, with everything that is known.</summary>
    public void WriteAll(IEnumerable<CacheEntry> entries)
    {
        foreach (CacheEntry entry in entries)
        {
            Line("ID", entry.Id);
            Line("Type", entry.Type);
            Line("Description", entry.Description);
            Line("Reclaimable", Reclaimable(entry));
            Line("In use", YesNo(entry.IsInUse));
            Line("Shared", YesNo(entry.IsShared));
            Line("Mutable", YesNo(entry.IsMutable));
            Line("Size", Bytes.Show(entry.SizeBytes) + (entry.SharedBytes > 0 ? $", {Bytes.Show(entry.SharedBytes)} of it needed by others too" : ""));
            Line("Last used", LastUsed(entry));
            Line("Path", entry.Path ?? "");
            output.WriteLine();
        }
    }

    private void Line(string name, string value)
    {
        if (value.Length > 0)
            output.WriteLine($"{name + ":",-13}{value}");
    }

    private string[] Row(CacheEntry entry) =>
    [
        ShortId.Of(entry.Id), entry.Type, Reclaimable(entry), Bytes.Show(entry.SizeBytes) + (entry.SharedBytes > 0 ? "*" : ""), LastUsed(entry), entry.Description.ReplaceLineEndings(" "),
    ];

    private string LastUsed(CacheEntry entry) => entry.LastUsed == DateTimeOffset.UnixEpoch ? "-" : Durations.Ago(now - entry.LastUsed);

    private static string Reclaimable(CacheEntry entry) => entry switch
    {
        { IsInUse: true } => "in use",
        { IsCache: false } => "no",
        { IsShared: true } => "with --all",
        _ => "yes",
    };

    private string Fit(string line) => width is { } most && line.Length > most ? line[..(most - 1)] + "…" : line;

    private static string YesNo(bool value) => value ? "yes" : "no";
}
