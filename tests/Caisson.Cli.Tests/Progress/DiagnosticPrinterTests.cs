using Caisson.Cli.Progress;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Engine;

namespace Caisson.Cli.Tests.Progress;

public sealed class DiagnosticPrinterTests
{
    private static Diagnostic Finding => DockerfileParser.Parse(new SourceText("Dockerfile", "FROM scratch\nCOPY a\n")).Diagnostics[0];

    [Fact]
    public void A_finding_is_shown_with_place_line_and_hint()
    {
        StringWriter output = new();
        new DiagnosticPrinter(output, hasColors: false).Print(Finding);
        Assert.Equal(
            """
            Dockerfile:2:1: error CSN1102: COPY lacks a destination
                2 | COPY a
                  | ^^^^
              hint: write COPY source destination

            """,
            output.ToString());
    }

    [Fact]
    public void Colours_mark_the_word_that_says_how_bad_it_is()
    {
        StringWriter output = new();
        DiagnosticPrinter printer = new(output, hasColors: true);
        printer.Print(Finding);
        printer.Print(Sample.Warning);
        Assert.Contains("Dockerfile:2:1: \e[31merror\e[0m CSN1102:", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("\e[33mwarning\e[0m CSN1211:", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_lines_of_a_failed_step_stand_before_its_diagnostic()
    {
        StringWriter output = new();
        Diagnostic failed = new(EngineCodes.StepFailed, Severity.Error, "the command ended with exit code 2");
        new DiagnosticPrinter(output, hasColors: false).Print(new BuildException([failed]) { FailedStep = new FailedStep("[2/2] RUN make", 2, ["make: *** no rule", "make: stop"]) });
        Assert.Equal(
            """
            ------ [2/2] RUN make
            make: *** no rule
            make: stop
            ------
            error CSN3001: the command ended with exit code 2

            """,
            output.ToString());
    }

    [Fact]
    public void Below_the_last_lines_of_a_failed_step_stands_what_shows_all_of_them()
    {
        StringWriter output = new();
        Diagnostic failed = new(EngineCodes.StepFailed, Severity.Error, "the command ended with exit code 2");
        new DiagnosticPrinter(output, hasColors: false) { Command = "caisson --root /r" }
            .Print(new BuildException([failed]) { FailedStep = new FailedStep("[2/2] RUN make", 2, ["make: stop"]) { BuildId = "1lg33h6n", Number = 7 } });
        Assert.Contains("------\nall that it wrote: caisson --root /r history logs 1lg33h6n 7\nerror CSN3001: ", output.ToString(), StringComparison.Ordinal);
    }
}
