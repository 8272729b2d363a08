using System.CommandLine;
using System.Globalization;
using Caisson.Cli.Calls;
using Caisson.Cli.Hosting;
using Caisson.Cli.Progress;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson shell</c>: enters a failed step that <c>caisson build --on-fail=keep</c> kept.</summary>
internal sealed class ShellCommand : Command
{
    /// <summary>What names the newest kept step.</summary>
    public const string Newest = "^0";

    private readonly EngineHost _host;
    private readonly SecretOptions _secrets = new();
    private readonly SshOptions _agents = new();
    private readonly Option<bool> _list = new("--list", "-l") { Description = "Show the kept steps, the newest first, and enter none" };
    private readonly Argument<string[]> _command = new("COMMAND") { Description = "Program to run instead of a shell, with its arguments; its exit code is that of the command", Arity = ArgumentArity.ZeroOrMore };

    public ShellCommand(EngineHost host)
        : base("shell", "Enter a failed step that a build kept (caisson build --on-fail=keep)")
    {
        _host = host;
        foreach (Option option in (Option[])[.. _secrets.All, .. _agents.All, _list])
            Options.Add(option);
        Arguments.Add(Step);
        Arguments.Add(_command);
        SetAction(RunAsync);
    }

    /// <summary>The step.</summary>
    public Argument<string?> Step { get; } = new("STEP")
    {
        Description = "Step: the id that the build gave it, the beginning of it, or ^N for the one that N others followed. Default: ^0, the newest",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        _host.Enter();
        try
        {
            BuildEngine engine = await _host.OpenAsync(parsed, ct);
            await using (engine)
            {
                if (!parsed.GetValue(_list))
                    return await EnterAsync(engine, parsed, ct);
                Show(engine.KeptSteps.List());
                return ExitCodes.Success;
            }
        }
        catch (BuildException e)
        {
            // Codes below belong to the program inside; these are those of docker run.
            _host.PrinterOn(parsed).Print(e);
            return e.Code switch
            {
                EngineCodes.ProgramNotFound => ExitCodes.ProgramNotFound,
                EngineCodes.ProgramNotExecutable => ExitCodes.ProgramNotExecutable,
                _ => ExitCodes.ContainerNotStarted,
            };
        }
    }

    private async Task<int> EnterAsync(BuildEngine engine, ParseResult parsed, CancellationToken ct)
    {
        KeptStep step = engine.KeptSteps.Find(parsed.GetValue(Step) ?? Newest);
        string[] command = parsed.GetValue(_command) ?? [];
        ShellRequest request = new FailureShell(_host.Environment, _host.PrinterOn(parsed)).RequestFor(step.Name, isShell: command.Length == 0) with
        {
            Arguments = [.. command],
            Secrets = _secrets.Read(parsed, _host.Environment),
            SshAgents = _agents.Read(parsed, _host.Environment, context: ""),
        };
        return await engine.KeptSteps.EnterAsync(step, request, ct);
    }

    private static void Show(IReadOnlyList<KeptStep> steps)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        TextTable table = new("ID", "KEPT", "EXIT CODE", "SECRETS", "STEP", "DOCKERFILE");
        foreach (KeptStep step in steps)
        {
            string exitCode = step.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "-";
            string secrets = step.Secrets.IsEmpty ? "-" : string.Join(", ", step.Secrets);
            table.Add(step.Id, Durations.Ago(now - step.KeptAt), exitCode, PlainText.Of(secrets), PlainText.Of(step.Name), PlainText.Of(step.Dockerfile));
        }
        table.WriteTo(Console.Out);
    }
}
