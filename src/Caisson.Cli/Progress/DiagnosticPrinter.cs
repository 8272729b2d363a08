using System.Globalization;
using Caisson.Dockerfile.Source;
using Caisson.Engine;

namespace Caisson.Cli.Progress;

/// <summary>Writes findings for people: place, what, the line it is about, what to do.</summary>
/// <param name="output">Where to.</param>
/// <param name="hasColors">Whether colours are welcome.</param>
internal sealed class DiagnosticPrinter(TextWriter output, bool hasColors)
{
    /// <summary>How the command is called, for what the user may do next.</summary>
    public string Command { get; init; } = "caisson";

    /// <summary>Writes why something could not be done; for a failed step its last lines first.</summary>
    public void Print(BuildException failure)
    {
        if (failure.FailedStep is { } step)
        {
            output.WriteLine($"------ {step.Name}");
            foreach (string line in step.LastLines)
                output.WriteLine(line);
            output.WriteLine("------");
            if (step.BuildId is { } build)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all that it wrote: {Command} history logs {build} {step.Number}"));
        }
        foreach (Diagnostic diagnostic in failure.Diagnostics)
            Print(diagnostic);
        if (failure.KeptStep is { } kept)
            output.WriteLine($"the step is kept as it failed: {Command} shell {kept}");
    }

    /// <summary>Writes one finding.</summary>
    public void Print(Diagnostic diagnostic)
    {
        string text = diagnostic.ToString();
        if (hasColors)
        {
            string word = diagnostic.IsError ? "error" : "warning";
            int at = text.IndexOf(word + " ", StringComparison.Ordinal);
            if (at >= 0)
                text = $"{text[..at]}{(diagnostic.IsError ? Ansi.Red : Ansi.Yellow)}{word}{Ansi.Reset}{text[(at + word.Length)..]}";
        }
        output.WriteLine(text);
    }
}
