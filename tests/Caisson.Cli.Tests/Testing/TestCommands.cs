using System.CommandLine;
using Caisson.Cli.Hosting;

namespace Caisson.Cli.Tests.Testing;

/// <summary>The command line, with an environment of the tests' own.</summary>
internal static class TestCommands
{
    public static HostEnvironment Environment { get; } = new()
    {
        Variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["HOME"] = "/home/eva", ["FROM_OUTSIDE"] = "seen" },
        ProgramPath = "/usr/bin/caisson",
        Arguments = [],
        Processors = 2,
        HasTerminal = false,
    };

    public static CommandLine New() => new(Environment);

    public static ParseResult Parse(params string[] arguments) => New().Parse(arguments);
}
