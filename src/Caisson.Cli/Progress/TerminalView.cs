using System.Globalization;
using System.Text;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Oci.Model;

namespace Caisson.Cli.Progress;

/// <summary>
/// Shows a build on a terminal: what is done stays as lines, and below them what is going on is drawn anew as it changes, each step with the time it
/// has taken and the last lines that it wrote.
/// </summary>
internal sealed class TerminalView : IProgressView
{
    private const int LogLines = 6;
    private const int MinWidth = 20;

    private readonly TextWriter _output;
    private readonly bool _hasColors;
    private readonly Func<TerminalSize> _size;
    private readonly List<RunningStep> _running = [];
    private readonly List<Diagnostic> _warnings = [];
    private int _done;
    private int _drawnLines;
    private TimeSpan _elapsed;

    /// <param name="output">The terminal.</param>
    /// <param name="hasColors">Whether colours are welcome.</param>
    /// <param name="size">Tells how large the terminal is, which may change.</param>
    public TerminalView(TextWriter output, bool hasColors, Func<TerminalSize> size)
    {
        _output = output;
        _hasColors = hasColors;
        _size = size;
    }

    public void Show(BuildEvent happened)
    {
        _elapsed = happened.At;
        switch (happened)
        {
            case BuildEvent.StepStarted e:
                _running.Add(new RunningStep(e.Step, e.Name, e.At));
                break;
            case BuildEvent.StepOutput e:
                Find(e.Step)?.Add(e.Line);
                break;
            case BuildEvent.StepProgress e:
                if (Find(e.Step) is { } moving)
                    moving.Moved = (e.DoneBytes, e.TotalBytes);
                break;
            case BuildEvent.StepCompleted e:
                Finish(e.Step, e.IsCached ? Paint(Ansi.Blue, "CACHED ") : "", e.At);
                break;
            case BuildEvent.StepFailed e:
                Finish(e.Step, Paint(Ansi.Red, "ERROR "), e.At);
                break;
            case BuildEvent.StepCancelled e:
                Finish(e.Step, Paint(Ansi.Yellow, "CANCELED "), e.At);
                break;
            case BuildEvent.Warning e:
                _warnings.Add(e.Diagnostic);
                break;
        }
    }

    public void Tick(TimeSpan sinceStart)
    {
        StringBuilder frame = new(Ansi.Up(_drawnLines));
        List<string> lines = [Header(sinceStart, "Building")];
        TerminalSize size = _size();
        int room = size.Height - 2;
        foreach (RunningStep step in _running.TakeLast(Math.Max(1, room / 2)))
        {
            lines.Add(Line("", step.Name + step.Progress, sinceStart - step.Start));
            int logRoom = Math.Min(LogLines, room - lines.Count - _running.Count);
            lines.AddRange(step.LastLines(logRoom).Select(l => Paint(Ansi.Dim, Fit(" => => # " + l, size.Width))));
        }
        foreach (string line in lines.Take(Math.Max(1, room)))
            frame.Append(line).Append(Ansi.ClearLine).Append('\n');
        frame.Append(Ansi.ClearBelow);
        _drawnLines = Math.Min(lines.Count, Math.Max(1, room));
        _output.Write(frame.ToString());
        _output.Flush();
    }

    public void Complete(bool failed)
    {
        Erase();
        string outcome = failed ? Paint(Ansi.Red, "FAILED") : Paint(Ansi.Green, "FINISHED");
        _output.Write(string.Create(CultureInfo.InvariantCulture, $"{Paint(Ansi.Bold, "[+] Building")} {_elapsed.TotalSeconds:0.0}s ({_done} done) {outcome}\n"));
        DiagnosticPrinter printer = new(_output, _hasColors);
        foreach (Diagnostic warning in _warnings)
            printer.Print(warning);
        _output.Flush();
    }

    public void Dispose() => _output.Flush();

    private RunningStep? Find(Digest step) => _running.Find(r => r.Step == step);

    // A finished step becomes a line above those that are drawn.
    private void Finish(Digest step, string mark, TimeSpan at)
    {
        if (Find(step) is not { } finished)
            return;
        _running.Remove(finished);
        _done++;
        Erase();
        _output.Write(Line(mark, finished.Name, at - finished.Start) + "\n");
    }

    private void Erase()
    {
        _output.Write(Ansi.Up(_drawnLines) + Ansi.ClearBelow);
        _drawnLines = 0;
    }

    private string Header(TimeSpan sinceStart, string what) => Paint(
        Ansi.Bold, string.Create(CultureInfo.InvariantCulture, $"[+] {what} {sinceStart.TotalSeconds:0.0}s ({_done} done, {_running.Count} running)"));

    private string Line(string mark, string text, TimeSpan time)
    {
        string seconds = string.Create(CultureInfo.InvariantCulture, $" {time.TotalSeconds,6:0.0}s");
        int markWidth = mark.Length == 0 ? 0 : mark.Length - (_hasColors ? Ansi.Red.Length + Ansi.Reset.Length : 0);
        int width = Math.Max(MinWidth, _size().Width) - seconds.Length - markWidth - 4;
        return $" => {mark}{Fit(text, width).PadRight(width)}{seconds}";
    }

    private string Paint(string color, string text) => _hasColors ? color + text + Ansi.Reset : text;

    // Whatever a program wrote, it must not move the cursor.
    private static string Fit(string text, int width)
    {
        string plain = PlainText.Of(text);
        return plain.Length <= width ? plain : string.Concat(plain.AsSpan(0, Math.Max(1, width - 1)), "…");
    }

    private sealed class RunningStep(Digest step, string name, TimeSpan start)
    {
        private readonly Queue<string> _lines = new();

        public Digest Step { get; } = step;

        public string Name { get; } = name;

        public TimeSpan Start { get; } = start;

        public (long Done, long? Total)? Moved { get; set; }

        public string Progress => Moved is not { } moved ? "" : moved.Total is { } total ? $" {Bytes.Show(moved.Done)} / {Bytes.Show(total)}" : $" {Bytes.Show(moved.Done)}";

        public void Add(string line)
        {
            if (_lines.Count == LogLines)
                _lines.Dequeue();
            _lines.Enqueue(line);
        }

        public IEnumerable<string> LastLines(int count) => _lines.TakeLast(Math.Max(0, count));
    }
}
