using System.CommandLine;
using Caisson.Engine.History;

namespace Caisson.Cli.Commands;

/// <summary>The argument that names a build of the history, and the one that names a step of it.</summary>
internal static class BuildArgument
{
    private const string Newest = "^0";

    /// <summary>A build; the newest when none is named.</summary>
    public static Argument<string?> Build() => new("BUILD")
    {
        Description = "Build: its id, the beginning of it, or ^N for the one that N others followed. Default: ^0, the newest",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>A step.</summary>
    public static Argument<string?> Step() => new("STEP")
    {
        Description = "Step: its number as the build shows it, or STAGE:NUMBER. Default: all",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The option for the form of an answer.</summary>
    public static Option<string?> Format(string usual) => new("--format") { Description = $"Form of the answer: {usual} or json. Default: {usual}", HelpName = $"{usual}|json" };

    /// <summary>The build that was named.</summary>
    public static BuildRecord Find(BuildHistory history, string? name) => history.Find(name ?? Newest);

    /// <summary>Whether JSON is asked for.</summary>
    /// <exception cref="UsageException">Something else is.</exception>
    public static bool IsJson(string? format, string usual) => format switch
    {
        "json" => true,
        null => false,
        _ when format == usual => false,
        _ => throw new UsageException($"--format={format}: write {usual} or json"),
    };
}
