using System.CommandLine;
using Caisson.Cli.History;
using Caisson.Cli.Hosting;
using Caisson.Engine;
using Caisson.Engine.History;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson history report</c>: a build of the history as one page of HTML.</summary>
internal sealed class HistoryReportCommand : Command
{
    private readonly EngineHost _host;
    private readonly Argument<string?> _build = BuildArgument.Build();
    private readonly Option<string?> _output = new("--output", "-o") { Description = "File to write. Default: standard output", HelpName = "FILE" };

    public HistoryReportCommand(EngineHost host)
        : base("report", "Write what is remembered of a build as one page of HTML; of its inputs that is less than build --report knows")
    {
        _host = host;
        Arguments.Add(_build);
        Options.Add(_output);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        BuildRecord build = BuildArgument.Find(BuildHistory.Open(_host.StatePathOf(parsed)), parsed.GetValue(_build));
        byte[] page = await new ReportMaking(_host.StatePathOf(parsed)).MakeAsync(build, ct);
        try
        {
            if (parsed.GetValue(_output) is { } path)
            {
                await File.WriteAllBytesAsync(path, page, ct);
                return ExitCodes.Success;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(EngineCodes.FileUnusable, $"the report cannot be written: {e.Message}", "name a file in a directory that is there", e);
        }
        await using Stream output = Console.OpenStandardOutput();
        await output.WriteAsync(page, ct);
        return ExitCodes.Success;
    }
}
