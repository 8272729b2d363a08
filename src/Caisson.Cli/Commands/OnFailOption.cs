using System.CommandLine;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary>The option <c>--on-fail</c>: what becomes of a step that fails.</summary>
internal sealed class OnFailOption : Option<string?>
{
    public OnFailOption()
        : base("--on-fail")
    {
        Description = "What becomes of a RUN that fails: shell starts a shell in its file system, with its environment and mounts; keep keeps it for caisson shell";
        HelpName = "shell|keep";
    }

    /// <summary>What the command line says.</summary>
    /// <exception cref="UsageException">The value is not known.</exception>
    /// <exception cref="BuildException">A shell is asked for, and there is no terminal.</exception>
    public FailureAction Read(ParseResult parsed) => parsed.GetValue(this) switch
    {
        null => FailureAction.None,
        "keep" => FailureAction.Keep,
        "shell" when FailureShell.HasTerminal => FailureAction.Hold,
        "shell" => throw new BuildException(
            EngineCodes.NoTerminal,
            "--on-fail=shell needs a terminal, and standard input or standard output is none",
            "write --on-fail=keep, and enter the step afterwards: caisson shell"),
        string other => throw new UsageException($"--on-fail={other}: write shell or keep"),
    };
}
