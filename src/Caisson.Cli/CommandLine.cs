using System.CommandLine;
using System.Runtime.InteropServices;
using Caisson.Cli.Commands;
using Caisson.Cli.Commands.Bundles;
using Caisson.Cli.Commands.Images;
using Caisson.Cli.Hosting;
using Caisson.Cli.Usage;
using Caisson.Engine;

namespace Caisson.Cli;

/// <summary>The <c>caisson</c> command: its commands, and what happens around each.</summary>
internal sealed class CommandLine
{
    private readonly GlobalOptions _options;
    private readonly EngineHost _host;

    /// <summary>Puts the commands together.</summary>
    public CommandLine(HostEnvironment environment)
    {
        _options = new GlobalOptions();
        EngineHost host = _host = new(environment, _options);
        Root = new RootCommand("Builds container images from Dockerfiles, without a daemon.");
        foreach (Option option in _options.All)
            Root.Options.Add(option);
        foreach (Command command in (Command[])
        [
            new BuildCommand(host), new LockCommand(host), new CheckCommand(host), new ParseCommand(environment), new RunCommand(host), new BaseCommand(host), new BundleCommand(host), new VendorCommand(host), new TrimCommand(host), new PullCommand(host), new PushCommand(host), new LoginCommand(host), new LogoutCommand(host), new RegistryCommand(host), new TagCommand(host),
            new RmiCommand(host), new ImagesCommand(host), new InspectCommand(host), new SaveCommand(host), new LoadCommand(host),
            new ShellCommand(host), new DuCommand(host), new PruneCommand(host), new HistoryCommand(host), new ExplainCommand(host),
            new ImageCommand(host), new DiffCommand(host), new SizeCommand(host), new VerifyCommand(host),
            new ServeCommand(host), new DoctorCommand(host, _options), new VersionCommand(),
        ])
        {
            Root.Subcommands.Add(command);
        }
    }

    /// <summary>The command with all below it.</summary>
    public RootCommand Root { get; }

    /// <summary>Reads the arguments.</summary>
    public ParseResult Parse(string[] arguments) =>
        Root.Parse(ProgramArguments.Name(ProgramArguments.Separate(BareOptions.Complete(arguments), Root, Root.Subcommands.OfType<RunCommand>().Single()), Root, Root.Subcommands.OfType<ShellCommand>().Single()));

    /// <summary>Runs what the arguments ask for and returns the exit code.</summary>
    public async Task<int> RunAsync(string[] arguments)
    {
        ParseResult parsed = Parse(arguments);
        if (UsageErrors.Find(parsed) is { } errors)
            return Report(errors);
        using CancellationTokenSource stop = new();
        int stopSignal = 0;
        // Signals to "run" and "shell" are for the program inside, which decides what they mean to it.
        bool passesSignalsOn = parsed.CommandResult.Command is RunCommand or ShellCommand;
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
            _host.PrinterOn(parsed).Print(e);
            return ExitCodes.Of(e.Code);
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

    private static int Report(UsageErrors errors)
    {
        foreach (string message in errors.Messages)
            Console.Error.WriteLine($"caisson: {message}");
        Console.Error.WriteLine($"hint: {errors.Hint}");
        return ExitCodes.Usage;
    }
}
