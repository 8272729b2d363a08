using System.CommandLine;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary><c>--pull</c>: when registries are asked for images.</summary>
internal static class PullOption
{
    /// <summary>Makes the option.</summary>
    /// <param name="description">What it is for, and what holds without it.</param>
    public static Option<string?> Make(string description) => new("--pull") { Description = description, HelpName = "[=always|missing|never]" };

    /// <summary>Reads its value.</summary>
    /// <exception cref="UsageException">There is no such policy.</exception>
    public static PullPolicy Read(string? value, PullPolicy usual) => value switch
    {
        null => usual,
        "always" or "true" => PullPolicy.Always,
        "missing" or "false" => PullPolicy.Missing,
        "never" => PullPolicy.Never,
        _ => throw new UsageException($"--pull={value}: write always, missing or never"),
    };
}
