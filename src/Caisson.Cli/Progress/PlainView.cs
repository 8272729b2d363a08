using System.Globalization;
using Caisson.Engine.Events;
using Caisson.Oci.Model;

namespace Caisson.Cli.Progress;

/// <summary>Shows a build line by line, each with the number of its step: for logs, and for eyes that know it from <c>docker build --progress=plain</c>.</summary>
internal sealed class PlainView(TextWriter output, DiagnosticPrinter diagnostics) : IProgressView
{
    private readonly Dictionary<Digest, (int Number, TimeSpan Start)> _steps = [];
    private Digest? _last;

    public void Show(BuildEvent happened)
    {
        switch (happened)
        {
            case BuildEvent.StepStarted e:
                _steps[e.Step] = (_steps.Count + 1, e.At);
                Write(e.Step, e.Name);
                break;
            case BuildEvent.StepOutput e:
                Write(e.Step, string.Create(CultureInfo.InvariantCulture, $"{(e.At - _steps[e.Step].Start).TotalSeconds:0.000} {e.Line}"));
                break;
            case BuildEvent.StepCompleted { IsCached: true } e:
                Write(e.Step, "CACHED");
                break;
            case BuildEvent.StepCompleted e:
                Write(e.Step, string.Create(CultureInfo.InvariantCulture, $"DONE {(e.At - _steps[e.Step].Start).TotalSeconds:0.0}s"));
                break;
            case BuildEvent.StepFailed e:
                Write(e.Step, "ERROR: " + e.Message);
                break;
            case BuildEvent.StepCancelled e:
                Write(e.Step, "CANCELED");
                break;
            case BuildEvent.Warning e:
                diagnostics.Print(e.Diagnostic);
                break;
        }
    }

    public void Tick(TimeSpan sinceStart)
    {
    }

    public void Complete(bool failed)
    {
    }

    public void Dispose() => output.Flush();

    private void Write(Digest step, string text)
    {
        if (_last is not null && _last != step)
            output.WriteLine();
        _last = step;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"#{_steps[step].Number} {text}"));
    }
}
