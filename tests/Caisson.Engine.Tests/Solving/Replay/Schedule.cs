using System.Collections.Immutable;
using System.Text;
using Caisson.Engine.Caching;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Engine.Solving;
using Caisson.Engine.Steps;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Solving.Replay;

/// <summary>
/// One or two builds of a graph, in an order that a seed says: which of the things that could happen next does, which steps fail, when a build is cancelled. Everything
/// runs on one thread, so that a seed always gives the same schedule.
/// </summary>
internal sealed class Schedule
{
    private const int MaxActions = 5_000;

    private readonly ReplayStore _store;
    private readonly Random _random;
    private readonly RandomGraph _graph;
    private readonly ReplayScheduler _scheduler = new();
    private readonly ReplayTime _time = new();
    private readonly SolverServices _services;
    private readonly StringBuilder _trace = new();
    private readonly List<ReplayedBuild> _builds = [];
    private readonly List<ScriptedStep> _running = [];
    private readonly HashSet<LayerId> _layers = [];
    private readonly HashSet<Node> _done = [];
    private readonly HashSet<Node> _doneInTurn = [];
    private readonly int _slots;
    private BrokenScheduleException? _broken;
    private int _failuresInHundred;
    private int _cancellationsInHundred;

    public Schedule(ReplayStore store, int seed)
    {
        _store = store;
        _random = new Random(seed);
        _graph = new RandomGraph(_random, store.NewSalt());
        _slots = _random.Next(1, 4);
        StepCache cache = new(store.CachePath, store.Steps.Work, _time);
        _services = new SolverServices
        {
            Steps = store.Steps,
            Work = new StepWork(store.Steps), // each build has its own instead
            Fetcher = null!, // as above
            Cache = cache,
            Running = new InFlight<Layer> { UsesBeginner = true, Scheduler = _scheduler },
            RunSlots = new Slots(_slots) { Scheduler = _scheduler },
            Scheduler = _scheduler,
        };
    }

    /// <summary>What happened, line by line.</summary>
    public string Trace => _trace.ToString();

    /// <summary>How the builds ended: one letter for each.</summary>
    public string Outcomes { get; private set; } = "";

    /// <summary>Replays it, and checks what holds for every schedule.</summary>
    public void Replay()
    {
        if (_random.Next(5) < 2)
            BuildInOrder("earlier", AnyNode());
        _failuresInHundred = _random.Next(3) * 8;
        _cancellationsInHundred = _random.Next(3) * 2;
        bool isEager = _random.Next(2) == 0;
        int count = _random.Next(1, 3);
        for (int i = 0; i < count; i++)
            _builds.Add(NewBuild($"build {i + 1}", i > 0 && _random.Next(2) == 0 ? _builds[0].Target : AnyNode(), NewOptions()));
        for (int actions = 0; _builds.Exists(static b => !b.IsEnded); actions++)
        {
            Check(actions < MaxActions, "the builds do not end");
            Act(isEager);
            CheckNothingWaitsInVain();
        }
        CheckNothingIsLeft();
        foreach (ReplayedBuild build in _builds)
            Outcomes += new OutcomeCheck(_graph, build, _builds.Count == 1).Run();
        CheckRecords();
        Retire(_builds);
        // Whatever happened, the next build is none the worse for it.
        _failuresInHundred = 0;
        BuildInOrder("later", _graph.Nodes[^1]);
        Assert.Empty(BuildInOrder("last", _graph.Nodes[^1]));
    }

    /// <summary>A step begins.</summary>
    public async Task<Layer> BeginAsync(ReplayedBuild build, Operation operation, ImmutableArray<FilesystemState> inputs, CancellationToken ct)
    {
        Node node = _graph.NodeOf(operation);
        Tell($"{build.Name} begins {node}");
        CheckBeginning(build, node, inputs, ct);
        build.Begun.Add(node);
        ScriptedStep step = new(node, build, ct);
        _running.Add(step);
        using CancellationTokenRegistration cancelled = ct.Register(() => OnCancelled(step));
        await step.End.ConfigureAwait(false);
        _done.Add(node);
        if (build.IsPlain)
            _doneInTurn.Add(node);
        _layers.Add(_graph.LayerOf(node));
        return _store.Publish(_graph.LayerOf(node));
    }

    /// <summary>What was fetched before.</summary>
    public Layer? FindFetched(Operation.Fetched pinned) => _done.Contains(_graph.NodeOf(pinned)) ? _store.Publish(_graph.LayerOf(_graph.NodeOf(pinned))) : null;

    private Node AnyNode() => _graph.Nodes[_random.Next(_graph.Nodes.Count)];

    private SolverOptions NewOptions() => new()
    {
        UsesCache = _random.Next(6) > 0,
        Fresh = _random.Next(5) == 0 ? new HashSet<Digest> { AnyNode().Digest, AnyNode().Digest } : ImmutableHashSet<Digest>.Empty,
        Contexts = ImmutableDictionary<string, SourceTree>.Empty,
        Images = ImmutableDictionary<Reference, FilesystemState>.Empty,
    };

    private ReplayedBuild NewBuild(string name, Node target, SolverOptions options)
    {
        Tell($"{name} of {target}: {(options.UsesCache ? "" : "no cache, ")}{options.Fresh.Count} fresh");
        return new ReplayedBuild(this, name, target, options, _services);
    }

    // A build in which nothing goes wrong and everything comes in its turn. Returns what it did.
    private List<Node> BuildInOrder(string name, Node target)
    {
        ReplayedBuild build = NewBuild(name, target, NewOptions() with { UsesCache = true, Fresh = ImmutableHashSet<Digest>.Empty });
        _builds.Add(build);
        build.Start(_done.Contains);
        while (!build.IsEnded)
        {
            if (_scheduler.Count > 0)
                _scheduler.Run(0);
            else if (_running.Count > 0)
                End(_running[0]);
            else
                Assert.Fail($"{name} hangs");
        }
        CheckNothingIsLeft();
        Check(new OutcomeCheck(_graph, build, isAlone: true).Run() == "S", $"{name} did not succeed");
        Retire([build]);
        return build.Begun;
    }

    private void Retire(List<ReplayedBuild> builds)
    {
        foreach (ReplayedBuild build in builds.ToArray())
        {
            build.Dispose();
            build.CheckEvents();
            _builds.Remove(build);
        }
    }

    private void Act(bool isEager)
    {
        ReplayedBuild[] going = [.. _builds.Where(static b => b.IsStarted && !b.IsEnded)];
        if (_builds.Find(static b => !b.IsStarted) is { } next && (going.Length == 0 || _random.Next(8) == 0))
        {
            Tell($"{next.Name} starts");
            next.Start(_done.Contains);
        }
        else if (_random.Next(100) < _cancellationsInHundred && going.Where(static b => !b.IsCancelled).ToArray() is { Length: > 0 } living)
        {
            ReplayedBuild build = living[_random.Next(living.Length)];
            Tell($"{build.Name} is cancelled");
            build.Cancel();
        }
        else
        {
            GoOn(isEager);
        }
    }

    private void GoOn(bool isEager)
    {
        int steps = isEager && _scheduler.Count > 0 ? 0 : _running.Count;
        int choices = _scheduler.Count + steps;
        if (_time.Count > 0 && (choices == 0 || _random.Next(4) == 0))
        {
            _time.GoOff(_random.Next(_time.Count));
            return;
        }
        Check(choices > 0, "everything waits for something else");
        int choice = _random.Next(choices);
        if (choice < _scheduler.Count)
            _scheduler.Run(choice);
        else
            End(_running[choice - _scheduler.Count]);
    }

    private void OnCancelled(ScriptedStep step)
    {
        step.Fate = (StepFate)_random.Next(4);
        Tell($"{step.Node} is cancelled: {step.Fate}");
        if (step.Fate == StepFate.EndsAtOnce)
            End(step);
    }

    private void End(ScriptedStep step)
    {
        _running.Remove(step);
        bool succeeds = step.IsCancelled ? step.Fate == StepFate.Succeeds : _random.Next(100) >= _failuresInHundred;
        Tell($"{step.Node} of {step.Build.Name} ends: {(succeeds ? "done" : step.IsCancelled ? "cancelled" : "failed")}");
        if (succeeds)
        {
            step.Complete();
            return;
        }
        InvalidOperationException failure = new($"{step.Node} failed");
        if (!step.IsCancelled)
        {
            foreach (ReplayedBuild told in _builds.Where(b => b.IsStarted && !b.IsEnded && !b.IsCancelled && b.Reachable.Contains(step.Node)))
                told.Failures.Add((step, failure));
        }
        if (step.IsCancelled && step.Fate != StepFate.Fails)
            step.EndCancelled();
        else
            step.Fail(failure);
    }

    private void CheckBeginning(ReplayedBuild build, Node node, ImmutableArray<FilesystemState> inputs, CancellationToken ct)
    {
        Check(build.Needed.Contains(node), "it is not needed");
        Check(!build.Begun.Contains(node), "it was done before");
        Check(!ct.IsCancellationRequested, "it is cancelled already");
        Check(!build.IsStopped || _builds.Exists(b => b != build && !b.IsStopped && b.Reachable.Contains(node)), "the build is over");
        for (int i = 0; i < inputs.Length; i++)
        {
            LayerId[] layers = [.. inputs[i].Layers.Select(static l => l.Id)];
            Check(layers.All(_layers.Contains), $"input {i} is not there yet");
            Check(layers.SequenceEqual(_graph.StateOf(node.Inputs[i])), $"input {i} is another one");
        }
        if (node.Operation is not Operation.Run)
            return;
        Check(_running.Count(static s => s.Node.Operation is Operation.Run) < _slots, $"{_slots} programs run already");
        Check(!build.IsPlain || !_running.Exists(s => s.Node == node && s.Build.IsPlain), "another build is at it");
        Check(!build.IsPlain || !_doneInTurn.Contains(node), "another build has done it");
    }

    // Nothing is on its way: then all that may run does. Told of a build that is alone, where that is known.
    private void CheckNothingWaitsInVain()
    {
        if (_scheduler.Count + _time.Count > 0 || _builds is not [{ IsPlain: true, IsStopped: false, IsStarted: true, IsEnded: false } build] || _graph.HasTwins)
            return;
        bool IsDone(Node node) => node.Operation is Operation.Scratch || _done.Contains(node);
        Node[] ready = [.. build.Needed.Where(n => !IsDone(n) && n.Inputs.All(IsDone))];
        Node[] missing = [.. ready.Except(_running.Select(static s => s.Node))];
        Check(missing.All(static n => n.Operation is Operation.Run), $"{string.Join(", ", missing.AsEnumerable())} could go on");
        Check(missing.Length == 0 || _running.Count(static s => s.Node.Operation is Operation.Run) == _slots, $"a slot is free for {string.Join(", ", missing.AsEnumerable())}");
    }

    private void CheckNothingIsLeft()
    {
        if (_broken is not null)
            throw _broken;
        Check(_running.Count == 0, "steps go on after the builds");
        while (_scheduler.Count > 0)
            _scheduler.Run(0);
        Check(_running.Count == 0, "steps begin after the builds");
        Check(_time.Count == 0, "something waits for time to pass");
        Check(_services.RunSlots.Free == _slots, "not all slots were given back");
        string turns = Path.Combine(_store.CachePath, "turns");
        Check(!Directory.Exists(turns) || Directory.GetFiles(turns).Length == 0, "not all turns were given back");
    }

    // What succeeded is recorded, and nothing else.
    private void CheckRecords()
    {
        using Keys keys = new(_store.Steps, ImmutableDictionary<string, SourceTree>.Empty) { Scheduler = _scheduler };
        foreach (Node node in _graph.Nodes.Where(RandomGraph.IsStep))
        {
            Task<Digest> key = keys.GetAsync(node, CancellationToken.None);
            while (_scheduler.Count > 0)
                _scheduler.Run(0);
            string? recorded = _services.Cache.Find(key.Result)?.Layer;
            Check(recorded is not null || !_done.Contains(node), $"{node} succeeded, and is not recorded");
            Check(recorded is null || recorded == _graph.LayerOf(node).Value, $"{node} is recorded with another layer");
            Check(recorded is null || (_graph.HasTwins ? _layers.Contains(_graph.LayerOf(node)) : _done.Contains(node)), $"{node} is recorded, and did not succeed");
        }
    }

    private void Tell(string what) => _trace.Append(what).Append('\n');

    // Thrown within a step it would be that step's failure: it is kept, too.
    private void Check(bool holds, string otherwise)
    {
        if (!holds)
            throw _broken ??= new BrokenScheduleException(otherwise);
    }
}
