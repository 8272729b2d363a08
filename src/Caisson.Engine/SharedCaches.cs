using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Caching;
using Caisson.Engine.Events;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Engine.Planning;
using Caisson.Engine.RemoteCaching;
using Caisson.Engine.Solving;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>The shared caches of a build: what it may take from others, and what it leaves for them.</summary>
/// <remarks>
/// 1. <see cref="OpenAsync"/> finds out what the imports have, within their time. 2. <see cref="Watch"/> sends layers while steps are done. 3. <see cref="TakeAsync"/> notes
/// what came of a result. 4. <see cref="CompleteAsync(CancellationToken)"/> sends the rest. No import fails a build: a layer that turns out not to be there is done without (<see cref="RunAsync"/>).
/// </remarks>
internal sealed class SharedCaches : IAsyncDisposable
{
    // Each attempt is begun for a layer that was lost: far fewer than this are, unless a cache is empty but for its document.
    private const int MaxAttempts = 20;

    private readonly EngineParts _parts;
    private readonly EventLog _events;
    private readonly LayerForms _forms;
    private readonly BuildRequest _request;
    private readonly List<ICacheStore> _stores = [];
    private readonly List<(CacheExport Export, CacheExporter Exporter)> _exports = [];
    private readonly List<TakenSteps> _taken = [];
    private readonly bool _isInline;
    private readonly string _cacheNamespace;

    private SharedCaches(Surroundings surroundings, BuildRequest request)
    {
        (_parts, _events, _forms) = surroundings;
        _request = request;
        _isInline = request.CacheExports.Any(static e => e.Location is CacheLocation.Inline);
        _cacheNamespace = request.Arguments.GetValueOrDefault(BuildRun.CacheNamespaceArgument, "");
    }

    /// <summary>What other machines did; null when no import was asked for.</summary>
    public IImportedSteps? Imported { get; private set; }

    /// <summary>The cache mounts that other machines have saved; null when there are none.</summary>
    public ISavedMounts? Mounts { get; private set; }

    /// <summary>Opens what a request names. What cannot be read is a warning.</summary>
    /// <param name="surroundings">What it works with.</param>
    /// <param name="request">The request.</param>
    /// <param name="plans">What is built, platform by platform.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task<SharedCaches> OpenAsync(Surroundings surroundings, BuildRequest request, ImmutableArray<BuildPlan> plans, CancellationToken ct)
    {
        SharedCaches caches = new(surroundings, request);
        if (request.CacheExports.IsEmpty && request.CacheImports.IsEmpty)
            return caches;
        try
        {
            CacheStores stores = new(surroundings.Parts.Options, [.. plans.Select(static p => p.Platform)]);
            foreach (CacheExport export in request.CacheExports)
                caches.AddExport(stores, export, caches.FormOf(plans[0]));
            if (request.UsesCache && !request.CacheImports.IsEmpty)
                caches.Imported = await caches.ImportAsync(stores, request.CacheImports, ct).ConfigureAwait(false);
            return caches;
        }
        catch
        {
            await caches.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Builds; begins anew without a layer that a cache does not have after all. What was done by then is not done again.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> build)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await build().ConfigureAwait(false);
            }
            catch (Exception e) when (attempt < MaxAttempts && LostLayerException.In(e) is not null)
            {
                LostLayerException lost = LostLayerException.In(e)!; // filtered above
                _forms.Remote.Lose(lost);
                _taken.Clear();
                Warn(CacheFindings.Lost(lost));
            }
        }
    }

    /// <summary>What is to be told each result of a step; null when nobody wants to know.</summary>
    public Action<Node, FilesystemState>? Watch(ImmutableArray<BuildPlan> plans)
    {
        if (_exports.Count == 0)
            return null;
        HashSet<Digest> ofResults = [.. plans.SelectMany(static p => StepsOf(p.Result)).Select(static n => n.Digest)];
        return (node, state) =>
        {
            foreach ((CacheExport export, CacheExporter exporter) in _exports)
            {
                if (export.HasAllSteps || ofResults.Contains(node.Digest))
                    exporter.Begin(state);
            }
        };
    }

    /// <summary>Notes what the results rest on.</summary>
    /// <param name="solver">Has worked them out.</param>
    /// <param name="plans">What was built, platform by platform.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The configurations of the images, with their caches in them when that was asked for.</returns>
    public async Task<ImmutableArray<ImageConfig>> TakeAsync(Solver solver, ImmutableArray<BuildPlan> plans, CancellationToken ct)
    {
        ImmutableArray<ImageConfig>.Builder configs = ImmutableArray.CreateBuilder<ImageConfig>(plans.Length);
        bool wantsAll = _exports.Any(static e => e.Export.HasAllSteps);
        foreach (BuildPlan plan in plans)
        {
            if (_exports.Count == 0 && !_isInline)
            {
                configs.Add(plan.Config);
                continue;
            }
            ImmutableArray<SolvedStep> ofResult = await solver.RecallAsync(StepsOf(plan.Result)).ConfigureAwait(false);
            TakenSteps taken = new(wantsAll ? await solver.RecallAsync(AllStepsOf(plan.Result)).ConfigureAwait(false) : ofResult, ofResult);
            _taken.Add(taken);
            configs.Add(_isInline ? await InlineAsync(taken, plan, ct).ConfigureAwait(false) : plan.Config);
        }
        return configs.MoveToImmutable();
    }

    private async Task<ImageConfig> InlineAsync(TakenSteps taken, BuildPlan plan, CancellationToken ct)
    {
        if (await taken.InlineAsync(plan.Config, _forms, FormOf(plan), InlineFormOf(plan), ct).ConfigureAwait(false) is { } config)
            return config;
        Warn(CacheFindings.TooMuchToCarry());
        return plan.Config;
    }

    /// <summary>Brings to the exports what comes from other caches. What is lost shows now, before anything of the build is seen elsewhere.</summary>
    /// <exception cref="LostLayerException">A cache does not have a layer after all.</exception>
    public async Task HandOnAsync(CancellationToken ct)
    {
        foreach ((CacheExport export, CacheExporter exporter) in _exports)
            await exporter.HandOnAsync([.. StepsFor(export)], ct).ConfigureAwait(false);
    }

    /// <summary>Sends what is missing of the exports.</summary>
    /// <exception cref="BuildException">One failed that the build is not good without.</exception>
    public async Task CompleteAsync(CancellationToken ct)
    {
        foreach ((CacheExport export, CacheExporter exporter) in _exports)
        {
            try
            {
                await _events.ReportAsync($"exporting cache to {export.Location}", (say, token) => CompleteAsync(export, exporter, say, token), ct).ConfigureAwait(false);
            }
            catch (Exception e) when (LostLayerException.In(e) is null && CacheFindings.IsOfCache(e))
            {
                Diagnostic finding = CacheFindings.ExportFailed(export, e);
                if (!export.IgnoresErrors)
                    throw new BuildException([finding], e);
                Warn(finding);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach ((CacheExport _, CacheExporter exporter) in _exports)
            await exporter.DisposeAsync().ConfigureAwait(false);
        foreach (ICacheStore store in _stores)
            store.Dispose();
    }

    private void AddExport(CacheStores stores, CacheExport export, BlobForm form)
    {
        if (export.Location is CacheLocation.Inline)
            return;
        ICacheStore store = stores.Open(export.Location, export.Timeout, export);
        _stores.Add(store);
        _exports.Add((export, new CacheExporter(store, _forms, form with { Compression = export.Compression }, Math.Max(2, _parts.Options.Parallelism))));
    }

    private async Task<bool> CompleteAsync(CacheExport export, CacheExporter exporter, Action<string> say, CancellationToken ct)
    {
        ImmutableArray<SolvedStep> steps = [.. StepsFor(export)];
        ImmutableArray<SharedMount> mounts = await SaveMountsAsync(export, exporter.Store, say, ct).ConfigureAwait(false);
        await exporter.CompleteAsync(steps, mounts, ct).ConfigureAwait(false);
        say(CacheFindings.Count(steps.Length, "step"));
        return true;
    }

    private IEnumerable<SolvedStep> StepsFor(CacheExport export) => _taken.SelectMany(t => export.HasAllSteps ? t.All : t.OfResult).DistinctBy(static s => s.Key);

    // Those of other ids that are saved there stay.
    private async Task<ImmutableArray<SharedMount>> SaveMountsAsync(CacheExport export, ICacheStore store, Action<string> say, CancellationToken ct)
    {
        ImmutableArray<SharedMount> there = await TryReadMountsAsync(store, ct).ConfigureAwait(false);
        if (export.Mounts.IsEmpty)
            return there;
        SortedDictionary<string, SharedMount> saved = new(StringComparer.Ordinal);
        foreach (SharedMount mount in there)
            saved[mount.Name.Value] = mount;
        MountChain chain = new(store, _parts.Work, _parts.Layers.Marks, _parts.Options.Parallelism);
        foreach (string id in export.Mounts)
        {
            int count = 0;
            foreach ((string path, string? found) in _parts.CacheMounts.List())
            {
                if (found != $"{_cacheNamespace}/{id}" || !Digest.TryParse("sha256:" + Path.GetFileName(path), out Digest? name))
                    continue;
                using CacheMountLease? held = await _parts.CacheMounts.LockAsync(path, ct).ConfigureAwait(false);
                if (held is null)
                    continue;
                SharedMount mount = await chain.SaveAsync(name, found, held, saved.GetValueOrDefault(name.Value), ct).ConfigureAwait(false);
                bool isSame = saved.GetValueOrDefault(name.Value)?.Changes.AsSpan().SequenceEqual(mount.Changes.AsSpan()) is true;
                say($"cache mount {id}: {(isSame ? "nothing changed" : CacheFindings.Bytes(mount.Changes[^1].Size))}");
                saved[name.Value] = mount;
                count++;
            }
            if (count == 0 && !there.Any(m => m.Id == $"{_cacheNamespace}/{id}"))
                Warn(CacheFindings.NoMount(id));
        }
        return [.. saved.Values];
    }

    private static async Task<ImmutableArray<SharedMount>> TryReadMountsAsync(ICacheStore store, CancellationToken ct)
    {
        try
        {
            return (await store.ReadAsync(ct).ConfigureAwait(false)).Document?.Mounts ?? [];
        }
        catch (InvalidImageException)
        {
            return []; // written anew now
        }
    }

    private async Task<ImportedSteps> ImportAsync(CacheStores stores, ImmutableArray<CacheImport> imports, CancellationToken ct)
    {
        (ICacheStore Store, Task<CacheReading> Reading)[] reading = [.. imports.Select(i => Begin(stores, i, ct))];
        await Task.WhenAll(reading.Select(static r => r.Reading)).ConfigureAwait(false);
        ImportedSteps steps = new();
        SavedMounts mounts = new(_parts.Work, _parts.Layers.Marks, _events, (from, id, e) => Warn(CacheFindings.MountLost(from, id, e)));
        for (int i = 0; i < imports.Length; i++)
        {
            string name = imports[i].Location.Name;
            if ((await reading[i].Reading.ConfigureAwait(false)).Document is not { } document)
                continue;
            steps.Add(document, reading[i].Store.Blobs, $"the cache {name}", _forms.Remote);
            mounts.Add(document, reading[i].Store.Blobs, $"the cache {name}");
        }
        Mounts = mounts.IsEmpty ? null : mounts;
        return steps;
    }

    private (ICacheStore, Task<CacheReading>) Begin(CacheStores stores, CacheImport import, CancellationToken ct)
    {
        ICacheStore store = stores.Open(import.Location, import.Timeout, export: null);
        _stores.Add(store);
        return (store, ReadAsync(store, import, ct));
    }

    private async Task<CacheReading> ReadAsync(ICacheStore store, CacheImport import, CancellationToken ct)
    {
        using CancellationTokenSource late = new(import.Timeout, _parts.Options.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(ct, late.Token);
        try
        {
            return await _events.ReportAsync($"importing cache from {import.Location}", async (say, token) =>
            {
                CacheReading found = await store.ReadAsync(token).ConfigureAwait(false);
                if (found.Document is { } document)
                    say($"{CacheFindings.Count(document.Steps.Length, "step")}, {CacheFindings.Count(document.Layers.Length, "layer")}");
                else
                    Warn(found.Exists ? CacheFindings.Foreign(import) : CacheFindings.Missing(import));
                return found;
            }, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            Warn(CacheFindings.Late(import));
        }
        catch (InvalidImageException e)
        {
            Warn(CacheFindings.Damaged(import, e));
        }
        catch (Exception e) when (CacheFindings.IsOfCache(e))
        {
            Warn(CacheFindings.Unreadable(import, e));
        }
        return CacheReading.Nothing;
    }

    // One configuration stands for all that is exported. Blobs that are compressed in another way are of no form that a reader would make itself.
    private string InlineFormOf(BuildPlan plan) =>
        _request.Exports.Any(static e => e.IsImage && e.Compression != Oci.Tar.LayerCompression.Default) ? BlobForm.OtherName : FormOf(plan).Name;

    private BlobForm FormOf(BuildPlan plan) => new(Oci.Tar.LayerCompression.Default, plan.Time) { KeepsTimes = _request.KeepsTimestamps };

    private void Warn(Diagnostic warning) => _events.Add(new BuildEvent.Warning(warning) { At = _events.Now });

    // Those whose layers are in the result: each step stands on its first input.
    private static List<Node> StepsOf(Node result)
    {
        List<Node> steps = [];
        for (Node node = result; IsStep(node); node = node.Inputs[0])
            steps.Add(node);
        steps.Reverse();
        return steps;
    }

    private static List<Node> AllStepsOf(Node result)
    {
        List<Node> steps = [];
        HashSet<Digest> seen = [];
        Visit(result);
        return steps;

        void Visit(Node node)
        {
            if (!seen.Add(node.Digest))
                return;
            foreach (Node input in node.Inputs)
                Visit(input);
            if (IsStep(node))
                steps.Add(node);
        }
    }

    private static bool IsStep(Node node) => node.Operation.IsStep;

    /// <summary>What shared caches work with.</summary>
    /// <param name="Parts">The engine.</param>
    /// <param name="Events">Told what happens.</param>
    /// <param name="Forms">Makes the forms of layers; disposed after the caches.</param>
    internal sealed record Surroundings(EngineParts Parts, EventLog Events, LayerForms Forms);
}
