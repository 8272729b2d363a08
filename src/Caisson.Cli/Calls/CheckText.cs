using System.Globalization;
using Caisson.Cli.Progress;
using Caisson.Dockerfile.Source;
using Caisson.Engine;

namespace Caisson.Cli.Calls;

/// <summary>Writes the result of checking for people: findings with their lines, and how many there are.</summary>
internal static class CheckText
{
    public static void Write(CheckResult result, Diagnostic? failure, TextWriter output, bool hasColors)
    {
        DiagnosticPrinter printer = new(output, hasColors);
        foreach (Diagnostic found in result.Diagnostics)
            printer.Print(found);
        if (failure is not null)
            printer.Print(failure);
        foreach (UnknownBase unknown in result.UnknownBases)
            output.WriteLine($"note: nothing is known of the base image {unknown.Name} (line {unknown.Where.Line}): {unknown.Reason}; variables that it may set are not checked");
        string name = result.Parsed.Document.Source.Name;
        int errors = result.Errors.Count();
        int warnings = result.Diagnostics.Length - errors;
        output.WriteLine($"{name}: {Count(errors, "error")}, {Count(warnings, "warning")}");
    }

    private static string Count(int count, string what) => count switch
    {
        0 => $"no {what}s",
        1 => $"1 {what}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{count} {what}s"),
    };
}
