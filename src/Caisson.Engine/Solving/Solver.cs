using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using Caisson.Engine.Caching;
using Caisson.Engine.Events;
using Caisson.Engine.Explaining;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Engine.Steps;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.Solving;

/// <summary>
/// Works out the results of nodes. A node is asked for from the top: when its result is stored, nothing below it is looked at. Otherwise its
/// inputs are worked out, all at once, and then the step is done. The graph never changes, and no step ever calls back.
/// </summary>
/// <remarks>
/// For one build. Each node is worked out once; programs that several builds run on the same inputs are run once
/// (<see cref="SolverServices.Running"/>). Disposed after the last answer.
/// </remarks>
internal sealed class Solver : IDisposable
{
    private readonly SolverServices _services;
    private readonly SolverOptions _options;
    private readonly StepReport _report;
    private readonly Keys _keys;

    // Where programs have no network now, results of those that had are taken too. What is made now is no result of theirs. Null where that is the same.
    private readonly Keys? _keysWithNetwork;
    private readonly Freshness _freshness;
    private readonly StateMatch _match;
    private readonly CancellationTokenSource _stop;
    private readonly ConcurrentDictionary<Digest, Lazy<Task<Solution>>> _results = new();

    // Where the bytes of a copied layer are is for this build to know: its trees go when it ends. So such work is shared within the build only.
    private readonly InFlight<Layer> _copying;
    private readonly ConcurrentBag<Task> _explaining = [];
    private Exception? _firstFailure;

    /// <summary>Starts a build.</summary>
    /// <param name="services">What it works with.</param>
    /// <param name="options">What is particular to it.</param>
    /// <param name="events">Told what happens.</param>
    /// <param name="ct">Stops it.</param>
    public Solver(SolverServices services, SolverOptions options, EventLog events, CancellationToken ct)
    {
        _services = services;
        _options = options;
        _keys = new Keys(services.Steps, options.Contexts) { Scheduler = services.Scheduler, WithoutNetwork = services.Steps.IsOffline };
        _keysWithNetwork = services.Steps.IsOffline ? new Keys(services.Steps, options.Contexts) { Scheduler = services.Scheduler, TakesFrom = _keys } : null;
        _copying = new InFlight<Layer> { Scheduler = services.Scheduler };
        _report = new StepReport(events, _keys);
        _freshness = new Freshness(options.UsesCache, options.Fresh, options.LooksAtAll);
        _match = new StateMatch(services.Steps.Forms);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
    }

    /// <summary>The file system that a node stands for.</summary>
    /// <exception cref="Exception">The first failure of any step; the others were stopped by it.</exception>
    public async Task<FilesystemState> SolveAsync(Node node) => (await SolveAsync([node]).ConfigureAwait(false))[0];

    /// <summary>The file systems that some nodes stand for, worked out at the same time.</summary>
    /// <exception cref="Exception">The first failure of any step; the others were stopped by it.</exception>
    public async Task<FilesystemState[]> SolveAsync(ImmutableArray<Node> nodes)
    {
        try
        {
            return [.. (await Task.WhenAll(nodes.Select(GetAsync)).ConfigureAwait(false)).Select(static s => s.Files)];
        }
        catch (Exception) when (_firstFailure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_firstFailure);
            throw new UnreachableException();
        }
        finally
        {
            await Task.WhenAll(_explaining).ConfigureAwait(false);
            NoteUsed();
        }
    }

    /// <summary>Steps with what is remembered of them, for others to take. After <c>SolveAsync</c>.</summary>
    /// <param name="steps">The steps. One whose result is no longer stored is left out.</param>
    public async Task<ImmutableArray<SolvedStep>> RecallAsync(IEnumerable<Node> steps)
    {
        ImmutableArray<SolvedStep>.Builder solved = ImmutableArray.CreateBuilder<SolvedStep>();
        foreach (Node node in steps)
        {
            if (await RecallAsync(node, _keys).ConfigureAwait(false) is { } step)
                solved.Add(step);
            else if (_keysWithNetwork is not null && await RecallAsync(node, _keysWithNetwork).ConfigureAwait(false) is { } withNetwork)
                solved.Add(withNetwork);
        }
        return solved.ToImmutable();
    }

    /// <summary>All that some nodes or those below them take from build contexts. After <c>SolveAsync</c>: nothing is read anew. Lives as long as the solver.</summary>
    public async Task<ContextContents> ReadTakenAsync(IEnumerable<Node> nodes)
    {
        ContextContents contents = new(_options.Contexts);
        foreach (Node node in nodes.Where(static n => n.Inputs.Any(static i => i.Operation is Operation.Context) && Takings.IsKnownAtOnce(n)))
            contents.Add(await _keys.TakeAsync(node, _stop.Token).ConfigureAwait(false));
        return contents;
    }

    // Nothing below a stored result was looked at: what a shared cache has of it is not among what this machine remembers.
    private async Task<SolvedStep?> RecallAsync(Node node, Keys keys)
    {
        Digest key = await keys.GetAsync(node, _stop.Token).ConfigureAwait(false);
        IEnumerable<StepRecord> imported = _options.Imported?.Find(key).Select(static s => s.Record) ?? [];
        foreach (StepRecord record in _services.Cache.Find(key) is { } own ? imported.Prepend(own) : imported)
        {
            if ((Solved(node, record) ?? Restore(node, record)) is { } result)
                return new SolvedStep(node, key, keys.OperationOf(node), record, result.Files) { Outputs = result.Outputs };
        }
        return null;
    }

    // What this build made need not be in the store in full: it knows where the bytes are.
    private Solution? Solved(Node node, StepRecord record) =>
        _results.TryGetValue(node.Digest, out Lazy<Task<Solution>>? known) && known is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }
        && known.Value.Result is { Files.Layers: [.., var top] } result && top.Id.Value == record.Layer
            ? result
            : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _keys.Dispose();
        _keysWithNetwork?.Dispose();
        _stop.Dispose();
    }

    private void NoteUsed()
    {
        foreach (Lazy<Task<Solution>> result in _results.Values)
        {
            if (!result.IsValueCreated || !result.Value.IsCompletedSuccessfully)
                continue;
            foreach (FilesystemState used in result.Value.Result.Outputs.Prepend(result.Value.Result.Files))
                _services.Steps.Forms.NoteUsed(used);
        }
    }

    private Task<Solution> GetAsync(Node node) =>
        _services.Scheduler.Await(_results.GetOrAdd(node.Digest, _ => new(() => _services.Scheduler.Start(() => StopOthersOnFailureAsync(node), CancellationToken.None))).Value);

    private async Task<Solution> StopOthersOnFailureAsync(Node node)
    {
        try
        {
            return node.Operation switch
            {
                Operation.Scratch => new Solution(FilesystemState.Empty),
                Operation.Image image => new Solution(_report.Found(node, _options.Images[image.Reference])),
                Operation.Fetched fetched => new Solution(await FetchAsync(node, fetched).ConfigureAwait(false)),
                Operation.Output output => await TakeOutputAsync(node, output).ConfigureAwait(false),
                _ => await SolveStepAsync(node).ConfigureAwait(false),
            };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // What fails once the build is stopped fails because of that.
            if (_firstFailure is null)
                _stop.Token.ThrowIfCancellationRequested();
            StepFailure located = e as StepFailure ?? new StepFailure(node, e);
            if (LostLayerException.In(e) is null)
                _report.Failed(located.Node, located.Message); // else it is begun anew, without that layer
            StopOthers(located);
            throw located;
        }
    }

    private void StopOthers(StepFailure failure)
    {
        if (Interlocked.CompareExchange(ref _firstFailure, failure, null) is null)
            _stop.Cancel();
    }

    private async Task<FilesystemState> FetchAsync(Node node, Operation.Fetched fetched)
    {
        if (_services.Fetcher.Find(fetched) is { } here)
        {
            _report.Cached(node, HitKind.Source);
            return FilesystemState.Empty.With(here);
        }
        if (_options.Expected.Contains(node.Digest))
            throw NotCached(node, ["it is not in the store, and would be fetched"]);
        _stop.Token.ThrowIfCancellationRequested();
        using StepTelling telling = _report.TellOf(node);
        telling.Begin();
        try
        {
            _report.Explained(node, ["it is not in the store"]);
            Layer layer = await _services.Fetcher.FetchAsync(fetched, _stop.Token).ConfigureAwait(false);
            _services.Steps.Layers.Describe(layer.Id, node.Label.Text, _services.Steps.Work.NewPath("about"));
            telling.Complete();
            return FilesystemState.Empty.With(layer);
        }
        catch (Exception e) when (e is not OperationCanceledException && !_stop.IsCancellationRequested)
        {
            telling.Fail(e.Message);
            throw;
        }
    }

    private async Task<Solution> TakeOutputAsync(Node node, Operation.Output output)
    {
        FilesystemState files = (await GetAsync(node.Inputs[1]).ConfigureAwait(false)).Outputs[output.Index];
        _options.Solved?.Invoke(node, files);
        return new Solution(files);
    }

    private async Task<Solution> SolveStepAsync(Node node)
    {
        CancellationToken ct = _stop.Token;
        // 1. A result under the same definition.
        Digest key = await _keys.GetAsync(node, ct).ConfigureAwait(false);
        Stored? withNetwork = _keysWithNetwork is not null && _freshness.MaySkip(node) ? await FindWithNetworkAsync(_keysWithNetwork, node, ct).ConfigureAwait(false) : null;
        if (_freshness.MaySkip(node) && (withNetwork ?? Find(node, key) ?? FindImported(node, key, _keys)) is { } stored)
        {
            _report.CachedWithAllBelow(node, stored.From);
            _options.Solved?.Invoke(node, stored.Result.Files);
            return stored.Result;
        }
        // 2. The inputs, all at once.
        StepInput[] inputs = await Task.WhenAll(node.Inputs.Select(SolveInputAsync)).ConfigureAwait(false);
        FilesystemState root = ((StepInput.State)inputs[0]).Files;
        // 3. The step, unless someone is at it already. Who wants nothing from the cache does not want what another build finds there.
        InFlight<Layer> running = node.Operation is Operation.Run ? _services.Running : _copying;
        using StepTelling telling = _report.TellOf(node);
        Job job = new(node, key, [.. inputs], telling);
        Layer layer = await running.RunAsync($"{key}/{_freshness.MayTakeStored(node)}/{_options.Expected.Contains(node.Digest)}/{_services.Steps.Failed is not null}", token => DoAsync(job, token), ct, telling).ConfigureAwait(false);
        _report.Cached(node, HitKind.Shared); // unless it was seen being done, which was told
        Solution result = new(root.With(layer)) { Outputs = [.. ResultsOf(node).Select((m, i) => ((StepInput.State)inputs[m.Input]).Files.With(StateMatch.ToLayer(layer.Outputs[i])))] };
        _options.Solved?.Invoke(node, result.Files);
        return result;
    }

    private async Task<StepInput> SolveInputAsync(Node input) => input.Operation is Operation.Context context
        ? new StepInput.Context(_options.Contexts[context.Name])
        : new StepInput.State((await GetAsync(input).ConfigureAwait(false)).Files);

    private Stored? Find(Node node, Digest key) => _services.Cache.Find(key) is { } record && Restore(node, record) is { } files ? new Stored(files) : null;

    private async Task<Stored?> FindWithNetworkAsync(Keys keys, Node node, CancellationToken ct)
    {
        Digest key = await keys.GetAsync(node, ct).ConfigureAwait(false);
        return Find(node, key) ?? FindImported(node, key, keys);
    }

    // What comes from elsewhere is remembered like what was done here: once its layers are here, the next build needs nobody for it.
    private Stored? FindImported(Node node, Digest key, Keys keys)
    {
        if (_options.Imported is not { } imported)
            return null;
        foreach (ImportedStep step in imported.Find(key))
        {
            if (Restore(node, step.Record) is not { } files)
                continue;
            _services.Cache.Add(key, keys.OperationOf(node), step.Record);
            return new Stored(files, step.From);
        }
        return null;
    }

    private Solution? Restore(Node node, StepRecord record)
    {
        if (LayerOf(node, record) is not { } layer || RestoreInput(node, 0, record)?.With(layer) is not { } files)
            return null;
        FilesystemState?[] outputs = [.. ResultsOf(node).Select((m, i) => RestoreInput(node, m.Input, record)?.With(StateMatch.ToLayer(layer.Outputs[i])))];
        return outputs.Contains(null) ? null : new Solution(files) { Outputs = [.. outputs.OfType<FilesystemState>()] };
    }

    private FilesystemState? RestoreInput(Node node, int index, StepRecord record) => index < record.Inputs.Length && record.Inputs[index] is { } input
        ? _match.Restore(input, node.Inputs[index].Base.Operation is Operation.Image from ? _options.Images[from.Reference] : FilesystemState.Empty)
        : null;

    // With what the same program left on its mounts: of what it did, all or nothing is taken. Null when some of it is gone.
    private Layer? LayerOf(Node node, StepRecord record) =>
        record.Outputs.Length == ResultsOf(node).Count() && record.Made.All(l => _services.Steps.Forms.IsAvailable(LayerId.Parse(l)))
            ? StateMatch.ToLayer(LayerId.Parse(record.Layer)) with { Outputs = [.. record.Outputs.Select(LayerId.Parse)] }
            : null;

    private static IEnumerable<StepMount.Bind> ResultsOf(Node node) => (node.Operation as Operation.Run)?.Results ?? [];

    private Digest OperationOf(Node node) => _keys.OperationOf(node);

    private async Task<Layer> DoAsync(Job job, CancellationToken ct)
    {
        if (Takings.IsKnownAtOnce(job.Node))
            return await DoAsync(job, await _keys.TakeAsync(job.Node, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        using Takings takings = new([await _services.Work.SelectAsync((Operation.Copy)job.Node.Operation, job.Inputs, ct).ConfigureAwait(false)]);
        return await DoAsync(job, takings, ct).ConfigureAwait(false);
    }

    private async Task<Layer> DoAsync(Job job, Takings takings, CancellationToken ct)
    {
        Digest operation = OperationOf(job.Node);
        using IDisposable? turn = await TakeTurnAsync(job, ct).ConfigureAwait(false);
        // A result under another definition whose inputs held the same, or of another process that was at it.
        if (_freshness.MayTakeStored(job.Node) && await FindAnySameContentAsync(job, operation, takings, ct).ConfigureAwait(false) is { } same)
        {
            _services.Cache.Add(job.Key, operation, ToRecord(job, takings, same.Layer));
            _report.Cached(job.Node, HitKind.Content, same.From);
            return same.Layer;
        }
        Miss miss = new(job.Node, job.Key, ToRecord(job, takings, layer: null)) { Stored = _services.Cache.Find(job.Key), Forced = _freshness.ReasonFor(job.Node) };
        if (_options.Expected.Contains(job.Node.Digest))
            throw await RefuseAsync(job, takings, miss, ct).ConfigureAwait(false);
        ct.ThrowIfCancellationRequested();
        job.Telling.Begin();
        // What a copy takes is told by what it made; of a program all is known before it runs.
        if (job.Node.Operation is not Operation.Copy)
            Explain(miss);
        try
        {
            Layer made = await ExecuteAsync(job, takings, ct).ConfigureAwait(false);
            StepRecord record = ToRecord(job, takings, made);
            if (job.Node.Operation is Operation.Copy)
                Explain(miss with { Now = record });
            Remember(job, operation, record, made);
            job.Telling.Complete();
            return made;
        }
        catch (Exception e) when (e is not OperationCanceledException && !ct.IsCancellationRequested)
        {
            if (LostLayerException.In(e) is null)
                job.Telling.Fail(e.Message, (e as RunFailedException)?.ExitCode);
            if (!_stop.IsCancellationRequested)
                StopOthers(new StepFailure(job.Node, e));
            throw;
        }
    }

    // Who wants nothing from the cache does not want what another process is making either.
    private async Task<IDisposable?> TakeTurnAsync(Job job, CancellationToken ct)
    {
        if (job.Node.Operation is not Operation.Run || !_freshness.MayTakeStored(job.Node))
            return null;
        return _services.Cache.TryTakeTurn(job.Key) ?? await _report.WaitAsync(job.Node, token => _services.Cache.TakeTurnAsync(job.Key, token), ct).ConfigureAwait(false);
    }

    // On a full disk the record may be what does not fit. Then nobody would ever find the layer again: the room goes back.
    private void Remember(Job job, Digest operation, StepRecord record, Layer made)
    {
        StepServices steps = _services.Steps;
        try
        {
            _services.Cache.Add(job.Key, operation, record);
        }
        catch (IOException) when (made.Origin is LayerOrigin.Written && _services.Cache.Find(job.Key)?.Layer != made.Id.Value)
        {
            foreach (LayerId layer in made.Outputs.Add(made.Id))
                steps.Layers.Discard(layer, steps.Work.NewPath("discarded"));
            throw;
        }
        foreach (LayerId layer in made.Outputs.Add(made.Id))
            steps.Layers.Describe(layer, job.Node.Label.Text, steps.Work.NewPath("about"));
    }

    // Meanwhile: no step waits for it.
    private void Explain(Miss miss)
    {
        if (_options.Reasons is { } reasons)
            _explaining.Add(_services.Scheduler.Start(() => _report.Explained(miss.Node, reasons.Of(miss))));
    }

    // A copy is worked out for it, not carried out.
    private async Task<StepException> RefuseAsync(Job job, Takings takings, Miss miss, CancellationToken ct)
    {
        if (job.Node.Operation is Operation.Copy copy && miss.Forced is null)
        {
            Layer made = await new CopyStep(_services.Steps).ExecuteAsync(copy, ((StepInput.State)job.Inputs[0]).Files, takings.Parts[0]!, static _ => { }, ct).ConfigureAwait(false); // a copy has one
            miss = miss with { Now = ToRecord(job, takings, made) };
        }
        return NotCached(job.Node, _options.Reasons?.Of(miss) ?? []);
    }

    private static StepException NotCached(Node node, ImmutableArray<string> reasons)
    {
        string why = reasons.IsEmpty ? "" : ": " + string.Join("; ", reasons);
        return new StepException(EngineCodes.NotCached, $"{node.Label.Text} would run, and was expected to be cached{why}", "build without --expect-cached to run it");
    }

    private async Task<Same?> FindAnySameContentAsync(Job job, Digest operation, Takings takings, CancellationToken ct)
    {
        if (await FindSameContentAsync(operation, job, takings, ct).ConfigureAwait(false) is { } same)
            return same;
        return _keysWithNetwork?.OperationOf(job.Node) is { } other && other != operation ? await FindSameContentAsync(other, job, takings, ct).ConfigureAwait(false) : null;
    }

    private async Task<Same?> FindSameContentAsync(Digest operation, Job job, Takings takings, CancellationToken ct)
    {
        foreach (StepRecord record in _services.Cache.Candidates(operation))
        {
            if (await TakeSameAsync(job, record, takings, ct).ConfigureAwait(false) is { } layer)
                return new Same(layer);
        }
        foreach (ImportedStep step in _options.Imported?.Candidates(operation) ?? [])
        {
            if (await TakeSameAsync(job, step.Record, takings, ct).ConfigureAwait(false) is { } layer)
                return new Same(layer, step.From);
        }
        return null;
    }

    private async Task<Layer?> TakeSameAsync(Job job, StepRecord record, Takings takings, CancellationToken ct) =>
        LayerOf(job.Node, record) is { } layer && await MatchesAsync(job, record, takings, ct).ConfigureAwait(false) && await AcceptsNetworkAsync(job.Node, record, ct).ConfigureAwait(false) ? layer : null;

    private async Task<bool> AcceptsNetworkAsync(Node node, StepRecord record, CancellationToken ct) =>
        node.Operation is not Operation.Run { Network: StepNetwork.Gateway } || _services.Steps.Gateway is not { } gateway
        || await gateway.AcceptsAsync(_services.Steps.Layers.FindNote(LayerId.Parse(record.Layer), RunStep.NetworkNote), ct).ConfigureAwait(false);

    private async Task<bool> MatchesAsync(Job job, StepRecord record, Takings takings, CancellationToken ct)
    {
        if (record.Inputs.Length != job.Inputs.Length || !record.Taken.SequenceEqual(takings.Digests.Select(static d => d?.Value)))
            return false;
        for (int i = 0; i < job.Inputs.Length; i++)
        {
            if (StateSeenWhole(job, i) is not { } state)
                continue;
            if (record.Inputs[i] is not { } earlier || !await _match.HasSameContentAsync(earlier, state, ct).ConfigureAwait(false))
                return false;
        }
        return true;
    }

    // A copy sees only its destination whole; of what it copies from, only what it takes counts.
    private static FilesystemState? StateSeenWhole(Job job, int input) =>
        input > 0 && job.Node.Operation is Operation.Copy ? null : (job.Inputs[input] as StepInput.State)?.Files;

    private StepRecord ToRecord(Job job, Takings takings, Layer? layer) => new()
    {
        Definition = _services.Steps.Selector.KeepsTimes ? OperationWords.Of(job.Node.Operation, job.Node.Label).Add("--timestamps=keep") : OperationWords.Of(job.Node.Operation, job.Node.Label),
        Inputs = [.. job.Inputs.Select((_, i) => StateSeenWhole(job, i) is { } state ? StateMatch.ToRecord(state) : null)],
        Taken = [.. takings.Digests.Select(static d => d?.Value)],
        Layer = layer?.Id.Value ?? "",
        Outputs = [.. (layer?.Outputs ?? []).Select(static l => l.Value)],
    };

    private async Task<Layer> ExecuteAsync(Job job, Takings takings, CancellationToken ct)
    {
        using IDisposable? slot = job.Node.Operation is Operation.Run ? await _services.RunSlots.TakeAsync(ct).ConfigureAwait(false) : null;
        return await _services.Work.ExecuteAsync(job.Node.Operation, new StepMaterial(job.Inputs, takings.Parts, job.Node.Label.Text), job.Telling, ct).ConfigureAwait(false);
    }

    // Results, and the shared cache that they come from; null for those of this store.
    private sealed record Stored(Solution Result, string? From = null);

    private sealed record Same(Layer Layer, string? From = null);

    private sealed record Job(Node Node, Digest Key, ImmutableArray<StepInput> Inputs, StepTelling Telling);
}
