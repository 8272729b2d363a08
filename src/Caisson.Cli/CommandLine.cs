using System.CommandLine;
using System.Runtime.InteropServices;
using Caisson.Cli.Commands;
using Caisson.Cli.Hosting;
using Caisson.Cli.Progress;
using Caisson.Engine;

namespace Caisson.Cli;

/// <summary>The <c>caisson</c> command: its commands, and what happens around each.</summary>
internal sealed class CommandLine
{
    private readonly HostEnvironment _environment;

    /// <summary>Puts the commands together.</summary>
    public CommandLine(HostEnvironment environment)
    {
        _environment = environment;
        GlobalOptions options = new();
        EngineHost host = new(environment, options);
        Root = new RootCommand("Builds container images from Dockerfiles, without a daemon.");
        foreach (Option option in options.All)
            Root.Options.Add(option);
        foreach (Command command in (Command[])
        [
            new BuildCommand(host), new RunCommand(host), new BaseCommand(host), new PullCommand(host), new PushCommand(host), new TagCommand(host),
            new RmiCommand(host), new ImagesCommand(host), new InspectCommand(host), new SaveCommand(host), new LoadCommand(host),
            new DoctorCommand(host, options), new VersionCommand(),
        ])
        {
            Root.Subcommands.Add(command);
        }
    }

    /// <summary>The command with all below it.</summary>
    public RootCommand Root { get; }

    /// <summary>Runs what the arguments ask for and returns the exit code.</summary>
    public async Task<int> RunAsync(string[] arguments)
    {
        ParseResult parsed = Root.Parse(arguments);
        if (UnknownOption(parsed) is { } unknown)
            return ReportUnknownOption(parsed, unknown);
        if (parsed.Errors.Count > 0)
            return ReportUsage(parsed);
        using CancellationTokenSource stop = new();
        int stopSignal = 0;
        // Signals to "run" are for the program inside, which decides what they mean to it.
        bool passesSignalsOn = parsed.CommandResult.Command is RunCommand;
        using PosixSignalRegistration? interrupt = passesSignalsOn ? null : StopOn(PosixSignal.SIGINT, 2, stop, signal => stopSignal = signal);
        using PosixSignalRegistration? terminate = passesSignalsOn ? null : StopOn(PosixSignal.SIGTERM, 15, stop, signal => stopSignal = signal);
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 128 + stopSignal;
        }
        catch (UsageException e)
        {
            await Console.Error.WriteLineAsync($"caisson: {e.Message}");
            return ExitCodes.Usage;
        }
        catch (BuildException e)
        {
            new DiagnosticPrinter(Console.Error, _environment.HasColors).Print(e);
            return ExitCodes.Of(e.Diagnostics[0].Code);
        }
        catch (Exception e) // nothing that a user can cause: a defect, told as such
        {
            await Console.Error.WriteLineAsync($"caisson {VersionText.Full} has a defect: {e.Message}\nPlease report it with what follows and the command that you gave.\n{e}");
            return ExitCodes.Defect;
        }
    }

    // The first signal asks for an end that leaves everything in order, the second one for an end at once.
    private static PosixSignalRegistration StopOn(PosixSignal signal, int number, CancellationTokenSource stop, Action<int> remember) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            if (stop.IsCancellationRequested)
                return;
            context.Cancel = true;
            remember(number);
            stop.Cancel();
        });

    // The parser takes an option that it does not know for an argument, as long as one is missing.
    private static string? UnknownOption(ParseResult parsed)
    {
        if (parsed.Tokens.Any(static t => t.Type == System.CommandLine.Parsing.TokenType.DoubleDash))
            return null;
        return parsed.CommandResult.Children.OfType<System.CommandLine.Parsing.ArgumentResult>()
            .Where(static a => a.Argument.Arity.MaximumNumberOfValues == 1)
            .SelectMany(static a => a.Tokens)
            .Select(static t => t.Value)
            .FirstOrDefault(static value => value.Length > 1 && value[0] == '-');
    }

    private static int ReportUnknownOption(ParseResult parsed, string option)
    {
        string name = option.Split('=')[0];
        IEnumerable<string> known = parsed.CommandResult.Command.Options.Concat(parsed.RootCommandResult.Command.Options).Select(static o => o.Name);
        Console.Error.WriteLine($"caisson: there is no option {name}");
        Console.Error.WriteLine($"hint: {Dockerfile.Source.Suggestion.Hint(name, known) ?? HelpOf(parsed)}");
        return ExitCodes.Usage;
    }

    private static string HelpOf(ParseResult parsed) => string.Join(' ', ["caisson", .. Path(parsed.CommandResult), "--help"]);

    private static int ReportUsage(ParseResult parsed)
    {
        foreach (System.CommandLine.Parsing.ParseError error in parsed.Errors)
            Console.Error.WriteLine($"caisson: {error.Message}");
        string? torn = parsed.Tokens.Select(static t => t.Value).FirstOrDefault(static t => t.EndsWith(',') && t.Length > 1);
        Console.Error.WriteLine(torn is not null
            ? $"hint: white space after the comma of \"{torn}\" makes two arguments of one; write it without"
            : $"hint: {HelpOf(parsed)}");
        return ExitCodes.Usage;
    }

    private static IEnumerable<string> Path(System.CommandLine.Parsing.CommandResult command)
    {
        if (command.Parent is not System.CommandLine.Parsing.CommandResult parent)
            return [];
        return [.. Path(parent), command.Command.Name];
    }
}
