using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Progress;

namespace Caisson.Cli.Commands;

/// <summary>The options of all commands that build, about how it is shown.</summary>
internal sealed class ProgressOptions
{
    private readonly Option<string?> _mode = new("--progress") { Description = "How the build is shown: auto, tty, plain or quiet. Default: $BUILDKIT_PROGRESS, else auto", HelpName = "auto|tty|plain|quiet" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show nothing but the image's id" };

    /// <summary>The options to add to a command.</summary>
    public IEnumerable<Option> All => [_mode, _quiet];

    /// <summary>Whether nothing is shown but the result.</summary>
    public bool IsQuiet(ParseResult parsed) => parsed.GetValue(_quiet);

    /// <summary>What shows the build.</summary>
    /// <exception cref="UsageException">The way is not known.</exception>
    public IProgressView ViewOf(ParseResult parsed, HostEnvironment environment)
    {
        string mode = parsed.GetValue(_quiet) ? "quiet" : parsed.GetValue(_mode) ?? environment.Variables.GetValueOrDefault("BUILDKIT_PROGRESS") ?? "auto";
        DiagnosticPrinter diagnostics = new(Console.Error, environment.HasColors);
        return mode switch
        {
            "quiet" or "none" => new QuietView(),
            "plain" => new PlainView(Console.Error, diagnostics),
            "tty" => new TerminalView(Console.Error, environment.HasColors, TerminalSize.Read),
            "auto" or "" => environment.HasTerminal ? new TerminalView(Console.Error, environment.HasColors, TerminalSize.Read) : new PlainView(Console.Error, diagnostics),
            _ => throw new UsageException($"--progress={mode}: write auto, tty, plain or quiet"),
        };
    }
}
