using Caisson.Cli.Progress;
using Caisson.Engine.Events;

namespace Caisson.Cli.Tests.Progress;

public sealed class TerminalViewTests
{
    private const string Up2 = "␛[2A";

    [Fact]
    public void What_is_done_stays_and_what_runs_is_drawn_below()
    {
        StringWriter output = new();
        using TerminalView view = new(output, hasColors: false, static () => new TerminalSize(50, 12));
        foreach (BuildEvent happened in Sample.Events.Take(7))
            view.Show(happened);
        view.Tick(TimeSpan.FromSeconds(1));
        Assert.Equal(
            """
            <␛[J => CACHED [build 1/2] FROM golang:1.19       0.0s
            <[+] Building 1.0s (1 done, 2 running)␛[K
             => [build 2/2] RUN go build ./...            0.8s␛[K
             => => # compiling red    things␛[K
             => [lint 2/2] RUN go vet ./...               0.8s␛[K
             => => # checking␛[K
            ␛[J
            """,
            Shown(output));
    }

    [Fact]
    public void Lines_are_cut_to_the_terminal_and_the_height_bounds_what_is_drawn()
    {
        StringWriter output = new();
        using TerminalView view = new(output, hasColors: false, static () => new TerminalSize(24, 4));
        foreach (BuildEvent happened in Sample.Events.Skip(3).Take(5))
            view.Show(happened);
        view.Tick(TimeSpan.FromSeconds(1));
        string[] lines = Shown(output).Replace("␛[K", "", StringComparison.Ordinal).Split('\n');
        Assert.All(lines[1..^1], static l => Assert.True(l.Length <= 24, l));
        Assert.True(lines.Length - 1 <= 2, string.Join('\n', lines));
    }

    [Fact]
    public void At_the_end_only_finished_steps_and_warnings_are_left()
    {
        StringWriter output = new();
        using TerminalView view = new(output, hasColors: false, static () => new TerminalSize(50, 12));
        foreach (BuildEvent happened in Sample.Events)
            view.Show(happened);
        view.Complete(failed: true);
        Assert.Equal(
            """
            <␛[J => CACHED [build 1/2] FROM golang:1.19       0.0s
            <␛[J => [build 2/2] RUN go build ./...            1.6s
            <␛[J => ERROR [lint 2/2] RUN go vet ./...         1.9s
            <␛[J => CANCELED exporting layers                 0.3s
            <␛[J[+] Building 2.2s (4 done) FAILED
            warning CSN1211: the build argument "A" is declared by no ARG
              hint: remove it

            """,
            Shown(output));
    }

    [Fact]
    public void What_was_drawn_is_drawn_over()
    {
        StringWriter output = new();
        using TerminalView view = new(output, hasColors: false, static () => new TerminalSize(50, 12));
        view.Show(Sample.Events[3]);
        view.Tick(TimeSpan.FromSeconds(1));
        view.Tick(TimeSpan.FromSeconds(2));
        Assert.Contains($"<{Up2}[+] Building 2.0s (0 done, 1 running)␛[K\n", Shown(output), StringComparison.Ordinal);
    }

    [Fact]
    public void Colours_mark_what_became_of_a_step()
    {
        StringWriter output = new();
        using TerminalView view = new(output, hasColors: true, static () => new TerminalSize(50, 12));
        foreach (BuildEvent happened in Sample.Events)
            view.Show(happened);
        Assert.Contains("␛[34mCACHED ␛[0m", Shown(output), StringComparison.Ordinal);
        Assert.Contains("␛[31mERROR ␛[0m", Shown(output), StringComparison.Ordinal);
    }

    private static string Shown(StringWriter output) => output.ToString().Replace('\e', '␛').Replace('\r', '<');
}
