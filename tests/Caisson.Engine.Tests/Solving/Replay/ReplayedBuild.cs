using System.Collections.Immutable;
using Caisson.Engine.Events;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Engine.Solving;
using Caisson.Engine.Steps;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Solving.Replay;

/// <summary>One build of a schedule: its solver with steps that are scripted, and what became of it.</summary>
internal sealed class ReplayedBuild : IStepWork, IFetcher, IBuildRecorder, IDisposable
{
    private readonly Schedule _schedule;
    private readonly CancellationTokenSource _cancel = new();
    private readonly Solver _solver;
    private readonly List<BuildEvent> _events = [];
    private Task<FilesystemState>? _solving;

    public ReplayedBuild(Schedule schedule, string name, Node target, SolverOptions options, SolverServices services)
    {
        _schedule = schedule;
        Name = name;
        Target = target;
        Options = options;
        Reachable = RandomGraph.Needed(target, static _ => false);
        _solver = new Solver(services with { Work = this, Fetcher = this }, options, new EventLog(new ReplayTime()) { Recorder = this }, _cancel.Token);
    }

    public string Name { get; }

    public Node Target { get; }

    public SolverOptions Options { get; }

    /// <summary>Whether it takes all that is stored.</summary>
    public bool IsPlain => Options.UsesCache && Options.Fresh.Count == 0;

    /// <summary>All nodes that the target rests on.</summary>
    public IReadOnlySet<Node> Reachable { get; }

    /// <summary>What has to be done for the target, given what was stored when the build began.</summary>
    public IReadOnlySet<Node> Needed { get; private set; } = ImmutableHashSet<Node>.Empty;

    /// <summary>Of these, the steps that nothing stored can stand for.</summary>
    public IReadOnlySet<Node> Due { get; private set; } = ImmutableHashSet<Node>.Empty;

    /// <summary>The steps that began here, in order.</summary>
    public List<Node> Begun { get; } = [];

    /// <summary>The failures of steps that the build could have been told of, the earliest first.</summary>
    public List<(ScriptedStep Step, Exception Failure)> Failures { get; } = [];

    public bool IsStarted => _solving is not null;

    public bool IsEnded => _solving is { IsCompleted: true };

    public bool IsCancelled { get; private set; }

    /// <summary>Whether nothing may begin any more.</summary>
    public bool IsStopped => IsCancelled || Failures.Any(f => f.Step.Build == this);

    public Task<FilesystemState> Result => _solving ?? throw new InvalidOperationException("not started");

    /// <param name="isDone">Tells which steps were done before.</param>
    public void Start(Func<Node, bool> isDone)
    {
        Needed = RandomGraph.Needed(Target, node => isDone(node) && (IsPlain || !RandomGraph.IsStep(node)));
        Due = Needed.Where(n => n.Operation is not Operation.Scratch && !(isDone(n) && Options.UsesCache && !Options.Fresh.Contains(n.Digest))).ToHashSet();
        _solving = _solver.SolveAsync(Target);
    }

    public void Cancel()
    {
        IsCancelled = true;
        _cancel.Cancel();
    }

    public void Dispose()
    {
        _solver.Dispose();
        _cancel.Dispose();
    }

    public Task<Selection> SelectAsync(Operation.Copy copy, ImmutableArray<StepInput> inputs, CancellationToken ct) => Task.FromResult(Selection.Of([]));

    public Task<Layer> ExecuteAsync(Operation operation, StepMaterial material, StepTelling telling, CancellationToken ct) =>
        _schedule.BeginAsync(this, operation, [.. material.Inputs.Select(static i => ((StepInput.State)i).Files)], ct);

    public Layer? Find(Operation.Fetched pinned) => _schedule.FindFetched(pinned);

    public Task<Layer> FetchAsync(Operation.Fetched pinned, CancellationToken ct) => _schedule.BeginAsync(this, pinned, [], ct);

    public void Record(BuildEvent happened) => _events.Add(happened);

    public void Write(Digest step, ReadOnlySpan<byte> bytes)
    {
    }

    /// <summary>Each step that was told of as begun was told of as ended, once.</summary>
    public void CheckEvents()
    {
        string[] begun = [.. _events.OfType<BuildEvent.StepStarted>().Select(static e => e.Step.Hex).Order(StringComparer.Ordinal)];
        string[] ended = [.. _events.Select(EndOf).OfType<Digest>().Select(static d => d.Hex).Order(StringComparer.Ordinal)];
        Assert.Equal(begun.Distinct(), begun);
        Assert.Equal(begun, ended);
    }

    private static Digest? EndOf(BuildEvent happened) => happened switch
    {
        BuildEvent.StepCompleted completed => completed.Step,
        BuildEvent.StepFailed failed => failed.Step,
        BuildEvent.StepCancelled cancelled => cancelled.Step,
        _ => null,
    };
}
