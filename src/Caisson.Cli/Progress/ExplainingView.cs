using Caisson.Cli.History;
using Caisson.Engine.Events;
using Caisson.Engine.History;
using Caisson.Oci.Model;

namespace Caisson.Cli.Progress;

/// <summary>Shows a build as another view does, and at its end why its steps ran, or did not have to.</summary>
internal sealed class ExplainingView(IProgressView inner, TextWriter output) : IProgressView
{
    private readonly Dictionary<Digest, int> _places = [];
    private readonly List<StepHistory> _steps = [];

    public void Show(BuildEvent happened)
    {
        inner.Show(happened);
        switch (happened)
        {
            case BuildEvent.StepStarted e when _places.TryAdd(e.Step, _steps.Count):
                _steps.Add(new StepHistory { Number = _steps.Count + 1, Name = e.Name, Key = e.Key });
                break;
            case BuildEvent.StepCompleted e:
                Change(e.Step, step => step with { Outcome = e.Hit is null ? StepOutcome.Done : StepOutcome.Hit, Hit = e.Hit, From = e.From });
                break;
            case BuildEvent.StepFailed e:
                Change(e.Step, static step => step with { Outcome = StepOutcome.Failed });
                break;
            case BuildEvent.StepCancelled e:
                Change(e.Step, static step => step with { Outcome = StepOutcome.Cancelled });
                break;
            case BuildEvent.StepExplained e:
                Change(e.Step, step => step with { Reasons = e.Reasons });
                break;
        }
    }

    public void Tick(TimeSpan sinceStart) => inner.Tick(sinceStart);

    public void Complete(bool failed)
    {
        inner.Complete(failed);
        output.WriteLine();
        ExplanationText.Write(_steps.Where(static s => s.Hit is not null || !s.Reasons.IsEmpty), output);
        output.Flush();
    }

    public void Dispose() => inner.Dispose();

    private void Change(Digest step, Func<StepHistory, StepHistory> change)
    {
        if (_places.TryGetValue(step, out int place))
            _steps[place] = change(_steps[place]);
    }
}
