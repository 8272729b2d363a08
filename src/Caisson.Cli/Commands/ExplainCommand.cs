using System.CommandLine;
using Caisson.Cli.History;
using Caisson.Cli.Hosting;
using Caisson.Cli.Json;
using Caisson.Engine.History;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson explain</c>: why steps of a build ran, or did not have to.</summary>
internal sealed class ExplainCommand : Command
{
    private const string Usual = "text";

    private readonly EngineHost _host;
    private readonly Argument<string?> _build = BuildArgument.Build();
    private readonly Argument<string?> _step = BuildArgument.Step();
    private readonly Option<string?> _format = BuildArgument.Format(Usual);

    public ExplainCommand(EngineHost host)
        : base("explain", "Say why the steps of a build ran, or did not have to")
    {
        _host = host;
        Arguments.Add(_build);
        Arguments.Add(_step);
        Options.Add(_format);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        bool isJson = BuildArgument.IsJson(parsed.GetValue(_format), Usual);
        BuildRecord build = BuildArgument.Find(BuildHistory.Open(_host.StatePathOf(parsed)), parsed.GetValue(_build));
        StepHistory[] steps = parsed.GetValue(_step) is { } name ? [BuildHistory.FindStep(build, name)] : [.. ExplanationText.Explainable(build)];
        if (isJson)
            Console.Out.WriteLine(HistoryJson.WriteExplanation(build, steps));
        else
            ExplanationText.Write(steps, Console.Out);
        return ExitCodes.Success;
    }
}
