using System.Globalization;
using Caisson.Cli.Hosting;
using Caisson.Cli.Progress;
using Caisson.Engine;
using Caisson.Linux.Native;

namespace Caisson.Cli.Commands;

/// <summary>A program in the place of one that failed, on this process's terminal or streams.</summary>
/// <param name="environment">What the process was started with.</param>
/// <param name="printer">Told of what goes wrong.</param>
internal sealed class FailureShell(HostEnvironment environment, DiagnosticPrinter printer)
{
    private const int MaxNameLength = 60;

    /// <summary>Whether this process has a terminal to hand on.</summary>
    public static bool HasTerminal => StandardStreams.InputIsTerminal && StandardStreams.OutputIsTerminal;

    /// <summary>How a step is entered from this process, told of as the user needs it.</summary>
    /// <param name="what">The step.</param>
    /// <param name="isShell">Whether a shell is entered, whose user is told how to leave it.</param>
    public ShellRequest RequestFor(string what, bool isShell) => new()
    {
        HasTerminal = HasTerminal,
        TerminalType = environment.Variables.GetValueOrDefault("TERM"),
        Warned = printer.Print,
        Entering = (directory, user) =>
        {
            if (isShell && HasTerminal)
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"You are where {Shortened(PlainText.Of(what))} failed: in {directory}, as {(user == 0 ? "root" : $"user {user}")}. What you change is thrown away. Leave with exit or Ctrl-D."));
        },
    };

    private static string Shortened(string name) => name.Length <= MaxNameLength ? name : string.Concat(name.AsSpan(0, MaxNameLength - 1), "…");

    /// <summary>Starts a shell in a step that has just failed. Whatever comes of it, the build has failed.</summary>
    public async Task EnterAsync(HeldStep held, CancellationToken ct)
    {
        try
        {
            await held.EnterAsync(RequestFor(held.Name, isShell: true), ct);
        }
        catch (BuildException e)
        {
            printer.Print(e);
        }
    }
}
