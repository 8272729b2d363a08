using System.CommandLine;
using Caisson.Cli.Hosting;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson history</c>: the builds that were made, with their logs. The commands are those of <c>docker buildx history</c>.</summary>
internal sealed class HistoryCommand : Command
{
    public HistoryCommand(EngineHost host)
        : base("history", "Look at earlier builds")
    {
        Subcommands.Add(new HistoryListCommand(host));
        Subcommands.Add(new HistoryInspectCommand(host));
        Subcommands.Add(new HistoryLogsCommand(host));
        Subcommands.Add(new HistoryReportCommand(host));
        Subcommands.Add(new HistoryRemoveCommand(host));
    }
}
