using System.CommandLine;
using Caisson.Cli.History;
using Caisson.Cli.Hosting;
using Caisson.Cli.Json;
using Caisson.Engine.History;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson history inspect</c>.</summary>
internal sealed class HistoryInspectCommand : Command
{
    private const string Usual = "text";

    private readonly EngineHost _host;
    private readonly Argument<string?> _build = BuildArgument.Build();
    private readonly Option<string?> _format = BuildArgument.Format(Usual);

    public HistoryInspectCommand(EngineHost host)
        : base("inspect", "Show what is remembered of a build")
    {
        _host = host;
        Arguments.Add(_build);
        Options.Add(_format);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        bool isJson = BuildArgument.IsJson(parsed.GetValue(_format), Usual);
        BuildRecord build = BuildArgument.Find(BuildHistory.Open(_host.StatePathOf(parsed)), parsed.GetValue(_build));
        if (isJson)
            Console.Out.WriteLine(HistoryJson.Write(build));
        else
            BuildText.Write(build, Console.Out);
        return ExitCodes.Success;
    }
}
