using System.Text;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Caching;
using Caisson.Engine.Events;
using Caisson.Engine.Graph;
using Caisson.Engine.Steps;

namespace Caisson.Engine.Solving;

/// <summary>Tells the reader of one build of a step that is being done, and tells the same to the builds that wait for it.</summary>
/// <remarks>Thread-safe. Who is told is locked after who tells.</remarks>
internal sealed class StepTelling : IWaiter, IDisposable
{
    // In lines: what a step wrote before another build came to it is told to that one as far as this reaches.
    private const int MaxKept = 1000;

    private readonly EventLog _events;
    private readonly Node _node;
    private readonly Func<BuildEvent.StepStarted> _start;
    private readonly Lock _telling = new();
    private readonly List<StepTelling> _followers = [];
    private readonly LastLines _said = new(MaxKept);
    private StepTelling? _beginner;
    private bool _hasBegun;
    private bool _hasEnded;

    /// <param name="events">The build's.</param>
    /// <param name="node">The step, as the build knows it.</param>
    /// <param name="start">Told first.</param>
    public StepTelling(EventLog events, Node node, Func<BuildEvent.StepStarted> start)
    {
        _events = events;
        _node = node;
        _start = start;
        Output = new LineOutput(Say, bytes => _events.AddBytes(_node.Digest, bytes));
    }

    /// <summary>Takes what the step writes.</summary>
    public LineOutput Output { get; }

    /// <summary>The step begins.</summary>
    public void Begin() => ForAll(static told =>
    {
        told._hasBegun = true;
        told._events.Add(told._start());
    });

    /// <summary>Tells what the user should know.</summary>
    public void Warn(StepException warning) => ForAll(told => told._events.Add(
        new BuildEvent.Warning(new Diagnostic(warning.Code, Severity.Warning, warning.Message, told._node.Label.Where, warning.Hint)) { At = told._events.Now }));

    /// <summary>The step is done.</summary>
    public void Complete() => End(told => new BuildEvent.StepCompleted(told._node.Digest, IsCached: false) { At = told._events.Now, Hit = told == this ? null : HitKind.Shared });

    /// <summary>The step failed.</summary>
    public void Fail(string message, int? exitCode = null) => End(told => new BuildEvent.StepFailed(told._node.Digest, message)
    {
        At = told._events.Now,
        ExitCode = exitCode,
        Command = exitCode is not null && told._node.Operation is Operation.Run run ? run.Arguments : [],
    });

    /// <inheritdoc/>
    public void Follow(IWaiter beginner)
    {
        _beginner = (StepTelling)beginner;
        lock (_beginner._telling)
        {
            _beginner._followers.Add(this);
            if (!_beginner._hasBegun || _beginner._hasEnded)
                return;
            lock (_telling)
            {
                _hasBegun = true;
                _events.Add(_start());
                if (_beginner._said.Lost > 0)
                    Hear(new BuildEvent.StepOutput(_node.Digest, IsError: true, $"[{_beginner._said.Lost} lines were written before this build came to the step, and are left out here]") { At = _events.Now });
                foreach (BuildEvent.StepOutput said in _beginner._said.Lines)
                    Hear(said);
            }
        }
    }

    /// <summary>The build does not wait for the step any more. Unless it has ended, it counts as cancelled there; whoever follows is still told.</summary>
    public void Dispose()
    {
        lock (_beginner?._telling ?? _telling)
            _beginner?._followers.Remove(this);
        lock (_telling)
            EndHere(new BuildEvent.StepCancelled(_node.Digest) { At = _events.Now });
    }

    private void Say(string text, bool isError)
    {
        BuildEvent.StepOutput said = new(_node.Digest, isError, LineOutput.Shown(text)) { At = _events.Now, Text = text };
        lock (_telling)
        {
            _said.Add(said);
            if (!_hasEnded)
                _events.AddOutput(said);
            foreach (StepTelling follower in _followers)
            {
                lock (follower._telling)
                    follower.Hear(said);
            }
        }
    }

    // The bytes as they were written are the beginner's: a build may come to them in the middle of a line.
    private void Hear(BuildEvent.StepOutput said)
    {
        if (_hasEnded)
            return;
        _events.AddBytes(_node.Digest, Encoding.UTF8.GetBytes(said.Text));
        _events.AddOutput(said with { Step = _node.Digest, At = _events.Now });
    }

    private void End(Func<StepTelling, BuildEvent> end) => ForAll(told => told.EndHere(end(told)));

    private void EndHere(BuildEvent end)
    {
        if (_hasBegun && !_hasEnded)
            _events.Add(end);
        _hasEnded = true;
    }

    private void ForAll(Action<StepTelling> tell)
    {
        lock (_telling)
        {
            if (!_hasEnded)
                tell(this);
            foreach (StepTelling follower in _followers)
            {
                lock (follower._telling)
                {
                    if (!follower._hasEnded)
                        tell(follower);
                }
            }
        }
    }
}
