using Caisson.Cli.Progress;

namespace Caisson.Cli.Tests.Progress;

public sealed class PlainViewTests
{
    [Fact]
    public void A_build_is_shown_line_by_line()
    {
        StringWriter output = new();
        using (PlainView view = new(output, new DiagnosticPrinter(output, hasColors: false)))
        {
            foreach (Engine.Events.BuildEvent happened in Sample.Events)
                view.Show(happened);
            view.Complete(failed: true);
        }
        Assert.Equal(
            """
            warning CSN1211: the build argument "A" is declared by no ARG
              hint: remove it
            #1 [build 1/2] FROM golang:1.19
            #1 CACHED

            #2 [build 2/2] RUN go build ./...

            #3 [lint 2/2] RUN go vet ./...

            #2 0.300 compiling ␛[31mred␛[0m	things

            #3 0.400 checking

            #2 1.550 done
            #2 DONE 1.6s

            #4 exporting layers

            #3 ERROR: exit code 1

            #4 CANCELED

            """,
            output.ToString().Replace('\e', '␛'));
    }
}
