using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Json;
using Caisson.Cli.Progress;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson du</c>: what the store holds. The options are those of <c>docker buildx du</c>.</summary>
internal sealed class DuCommand : Command
{
    private readonly EngineHost _host;
    private readonly CacheFilters _filters = new();
    private readonly OutputFormat _format = new();
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Show everything that is known of each entry" };

    public DuCommand(EngineHost host)
        : base("du", "Show what the store holds and what it takes of the disk")
    {
        _host = host;
        Options.Add(_filters.Option);
        Options.Add(_format.Option);
        Options.Add(_verbose);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Func<CacheEntry, bool>? filter = _filters.Read(parsed, now);
        bool isJson = _format.IsJson(parsed);
        _host.Enter();
        BuildEngine engine = await _host.OpenAsync(parsed, ct);
        await using (engine)
        {
            DiskUsage usage = await engine.Cache.MeasureAsync(ct);
            CacheEntry[] shown = [.. usage.Entries.Where(e => filter is null || filter(e))];
            if (isJson)
                await Console.Out.WriteLineAsync(DiskUsageJson.Write(usage, shown));
            else
                Show(usage, shown, parsed.GetValue(_verbose), filter is not null, now);
        }
        return ExitCodes.Success;
    }

    private static void Show(DiskUsage usage, CacheEntry[] shown, bool isVerbose, bool isFiltered, DateTimeOffset now)
    {
        CacheTable table = new(Console.Out, now, Console.IsOutputRedirected ? null : TerminalSize.Read().Width);
        if (isVerbose)
            table.WriteAll(shown);
        else
            table.Write(shown);
        if (isFiltered)
            return; // the sums are of the whole store
        if (shown.Length > 0 && !isVerbose)
            Console.Out.WriteLine();
        string all = usage.AllReclaimableBytes > usage.ReclaimableBytes ? $", {Bytes.Show(usage.AllReclaimableBytes)} with --all" : "";
        Console.Out.WriteLine($"Shared:       {Bytes.Show(usage.SharedBytes)}");
        Console.Out.WriteLine($"Private:      {Bytes.Show(usage.TotalBytes - usage.SharedBytes)}");
        Console.Out.WriteLine($"Reclaimable:  {Bytes.Show(usage.ReclaimableBytes)}{all}");
        Console.Out.WriteLine($"Total:        {Bytes.Show(usage.TotalBytes)}");
    }
}
