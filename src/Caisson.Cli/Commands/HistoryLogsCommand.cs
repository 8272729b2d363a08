using System.CommandLine;
using System.Globalization;
using System.Text;
using Caisson.Cli.Hosting;
using Caisson.Cli.Progress;
using Caisson.Engine.History;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson history logs</c>: what steps wrote, whole. Of one step as it came; of all with a line before each.</summary>
internal sealed class HistoryLogsCommand : Command
{
    private readonly EngineHost _host;
    private readonly Argument<string?> _build = BuildArgument.Build();
    private readonly Argument<string?> _step = BuildArgument.Step();

    public HistoryLogsCommand(EngineHost host)
        : base("logs", "Show what the steps of a build wrote")
    {
        _host = host;
        Arguments.Add(_build);
        Arguments.Add(_step);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        BuildHistory history = BuildHistory.Open(_host.StatePathOf(parsed));
        BuildRecord build = BuildArgument.Find(history, parsed.GetValue(_build));
        if (parsed.GetValue(_step) is { } name)
        {
            await ShowAsync(history, build, BuildHistory.FindStep(build, name), ct);
            return ExitCodes.Success;
        }
        foreach (StepHistory step in build.Steps.Where(static s => s.HasLog))
        {
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"#{step.Number} {PlainText.Of(step.Name)}"));
            await Console.Out.FlushAsync(ct);
            await ShowAsync(history, build, step, ct);
            await Console.Out.WriteLineAsync();
        }
        return ExitCodes.Success;
    }

    // A file or a pipe gets the very bytes; a terminal nothing that would command it.
    private static async Task ShowAsync(BuildHistory history, BuildRecord build, StepHistory step, CancellationToken ct)
    {
        Stream? log = history.OpenLog(build, step);
        if (log is null)
            return;
        await using (log)
        {
            if (Console.IsOutputRedirected)
            {
                await using Stream output = Console.OpenStandardOutput();
                await log.CopyToAsync(output, ct);
                return;
            }
            using StreamReader reader = new(log, Encoding.UTF8);
            while (await reader.ReadLineAsync(ct) is { } line)
                await Console.Out.WriteLineAsync(PlainText.Of(line));
        }
    }
}
