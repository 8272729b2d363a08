using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Engine.History;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson history rm</c>.</summary>
internal sealed class HistoryRemoveCommand : Command
{
    private readonly EngineHost _host;
    private readonly Argument<string[]> _builds = new("BUILD") { Description = "Builds: ids, beginnings of ids, or ^N for the one that N others followed", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _all = new("--all") { Description = "Remove all builds but those that go on" };

    public HistoryRemoveCommand(EngineHost host)
        : base("rm", "Remove builds from the history; images and results in the cache stay")
    {
        _host = host;
        Arguments.Add(_builds);
        Options.Add(_all);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        string[] names = parsed.GetValue(_builds) ?? [];
        bool isAll = parsed.GetValue(_all);
        if (isAll == names.Length > 0)
            throw new UsageException(isAll ? "name builds or write --all, not both" : "BUILD is missing: name builds, or write --all for all of them");
        BuildHistory history = BuildHistory.Open(_host.StatePathOf(parsed));
        // All names first: ^N means what it meant when it was typed.
        BuildRecord[] builds = isAll ? [.. history.List().Where(static b => b.Outcome != BuildOutcome.Running)] : [.. names.Select(history.Find).DistinctBy(static b => b.Id)];
        foreach (BuildRecord build in builds)
        {
            history.Remove(build);
            Console.Out.WriteLine(build.Id);
        }
        return ExitCodes.Success;
    }
}
