using System.CommandLine;
using Caisson.Cli.History;
using Caisson.Cli.Hosting;
using Caisson.Cli.Json;
using Caisson.Engine.History;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson history ls</c>.</summary>
internal sealed class HistoryListCommand : Command
{
    private const string Usual = "table";

    private readonly EngineHost _host;
    private readonly Option<string[]> _filters = new("--filter") { Description = "Show only builds with status=completed|failed|interrupted|running, dockerfile=PART, target=STAGE, tag=PART or since=TIME (30m, 12h, 7d); may be repeated", HelpName = "NAME=VALUE", DefaultValueFactory = static _ => [] };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show ids only" };
    private readonly Option<string?> _format = BuildArgument.Format(Usual);

    public HistoryListCommand(EngineHost host)
        : base("ls", "List the builds, the newest first")
    {
        _host = host;
        Options.Add(_filters);
        Options.Add(_quiet);
        Options.Add(_format);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Func<BuildRecord, bool>[] filters = [.. (parsed.GetValue(_filters) ?? []).Select(filter => HistoryFilter.Read(filter, now))];
        bool isJson = BuildArgument.IsJson(parsed.GetValue(_format), Usual);
        BuildRecord[] builds = [.. BuildHistory.Open(_host.StatePathOf(parsed)).List().Where(build => filters.All(f => f(build)))];
        if (parsed.GetValue(_quiet))
        {
            foreach (BuildRecord build in builds)
                Console.Out.WriteLine(build.Id);
        }
        else if (isJson)
        {
            Console.Out.WriteLine(HistoryJson.Write(builds));
        }
        else
        {
            BuildTable.Write(builds, now, Console.Out);
        }
        return ExitCodes.Success;
    }
}
