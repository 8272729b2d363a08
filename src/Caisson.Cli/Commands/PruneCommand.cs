using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Json;
using Caisson.Cli.Progress;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson prune</c>: removes cache. The options are those of <c>docker buildx prune</c> and <c>docker builder prune</c>.</summary>
internal sealed class PruneCommand : Command
{
    private readonly EngineHost _host;
    private readonly CacheFilters _filters = new();
    private readonly OutputFormat _format = new();
    private readonly Option<bool> _all = new("--all", "-a") { Description = "Remove all of the cache, also what images that have names hold; the images themselves stay" };
    private readonly Option<string?> _olderThan = new("--older-than") { Description = "Only what was not used for this long, such as 24h or 7d; the same as --filter until=", HelpName = "DURATION" };
    private readonly Option<string?> _maxUsed = new("--max-used-space") { Description = "Only as much, of what was not used for longest, as leaves a cache of this size", HelpName = "SIZE" };
    private readonly Option<string?> _reserved = new("--reserved-space", "--keep-storage") { Description = "The cache may have this size in any case; alone, the same as --max-used-space", HelpName = "SIZE" };
    private readonly Option<string?> _minFree = new("--min-free-space") { Description = "Only as much, of what was not used for longest, as leaves so much free on the disk", HelpName = "SIZE" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only show what would be removed" };
    private readonly Option<bool> _force = new("--force", "-f") { Description = "Do not ask. Without a terminal nothing is asked anyway" };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Show everything that is known of what is removed" };

    public PruneCommand(EngineHost host)
        : base("prune", "Remove results of builds that no image needs, and all else that is cache")
    {
        _host = host;
        foreach (Option option in (Option[])[_all, _filters.Option, _olderThan, _maxUsed, _reserved, _minFree, _dryRun, _force, _format.Option, _verbose])
            Options.Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        PruneRequest request = RequestOf(parsed, now);
        bool isJson = _format.IsJson(parsed);
        _host.Enter();
        if (!request.IsDryRun && !parsed.GetValue(_force) && !Console.IsInputRedirected && !await IsAgreedAsync(request, ct))
        {
            await Console.Error.WriteLineAsync("Nothing was removed.");
            return ExitCodes.Success;
        }
        BuildEngine engine = await _host.OpenAsync(parsed, ct);
        await using (engine)
        {
            PruneReport report = await engine.Cache.PruneAsync(request, ct);
            if (isJson)
                await Console.Out.WriteLineAsync(DiskUsageJson.Write(report));
            else
                Show(report, request.IsDryRun, parsed.GetValue(_verbose), now);
        }
        return ExitCodes.Success;
    }

    private PruneRequest RequestOf(ParseResult parsed, DateTimeOffset now) => new()
    {
        All = parsed.GetValue(_all),
        Filter = _filters.Read(parsed, now),
        UnusedFor = parsed.GetValue(_olderThan) is not { } text ? null
            : Durations.TryParse(text, out TimeSpan age) ? age
            : throw new UsageException($"--older-than={text}: write a duration such as 24h or 7d"),
        MaxUsedBytes = SizeOption.Read(parsed, _maxUsed),
        ReservedBytes = SizeOption.Read(parsed, _reserved),
        MinFreeBytes = SizeOption.Read(parsed, _minFree),
        IsDryRun = parsed.GetValue(_dryRun),
    };

    private static async Task<bool> IsAgreedAsync(PruneRequest request, CancellationToken ct)
    {
        string what = request.All ? "all of the cache" : "the cache, but for what images that have names hold too";
        string? answer = await Prompt.AskAsync($"This removes {what}{(IsPartial(request) ? ", as far as the options say" : "")}. Go on? [y/N] ", ct);
        return answer?.ToLowerInvariant() is "y" or "yes";
    }

    private static bool IsPartial(PruneRequest request) => request is not { Filter: null, UnusedFor: null, MaxUsedBytes: null, ReservedBytes: null, MinFreeBytes: null };

    private static void Show(PruneReport report, bool isDryRun, bool isVerbose, DateTimeOffset now)
    {
        CacheTable table = new(Console.Out, now, Console.IsOutputRedirected ? null : TerminalSize.Read().Width);
        if (isVerbose)
            table.WriteAll(report.Removed);
        else
            table.Write(report.Removed);
        if (!report.Removed.IsEmpty && !isVerbose)
            Console.Out.WriteLine();
        Console.Out.WriteLine(isDryRun
            ? $"Would reclaim {Bytes.Show(report.FreedBytes)}; {Bytes.Show(report.RemainingBytes)} would be left."
            : $"Reclaimed {Bytes.Show(report.FreedBytes)}; {Bytes.Show(report.RemainingBytes)} are left.");
    }
}
