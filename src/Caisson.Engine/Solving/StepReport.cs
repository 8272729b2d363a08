using System.Collections.Concurrent;
using System.Collections.Immutable;
using Caisson.Engine.Events;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Oci.Model;

namespace Caisson.Engine.Solving;

/// <summary>Tells the build's reader of each step once: that it began, and how it ended.</summary>
/// <param name="events">Told.</param>
/// <param name="keys">The keys of steps, by which the history knows them.</param>
internal sealed class StepReport(EventLog events, Keys keys)
{
    private readonly ConcurrentDictionary<Digest, bool> _told = new();

    /// <summary>An image is known.</summary>
    public FilesystemState Found(Node node, FilesystemState image)
    {
        Cached(node, HitKind.Source);
        return image;
    }

    /// <summary>A stored result was taken.</summary>
    /// <param name="node">The step.</param>
    /// <param name="kind">Why it could be taken.</param>
    /// <param name="from">The shared cache that it comes from; null when it was stored here.</param>
    public void Cached(Node node, HitKind kind, string? from = null)
    {
        if (!_told.TryAdd(node.Digest, true))
            return;
        events.Add(StartOf(node) with { IsCached = true });
        events.Add(new BuildEvent.StepCompleted(node.Digest, IsCached: true) { At = events.Now, Hit = kind, From = from });
    }

    /// <summary>A step failed. Told here unless it had begun, and told it then.</summary>
    public void Failed(Node node, string message)
    {
        if (!_told.TryAdd(node.Digest, true))
            return;
        events.Add(StartOf(node));
        events.Add(new BuildEvent.StepFailed(node.Digest, message) { At = events.Now });
    }

    /// <summary>A stored result was taken, so that nothing below it was looked at: in the eyes of the reader, that is cached as well.</summary>
    /// <param name="node">The step.</param>
    /// <param name="from">The shared cache that its result comes from; null when it was stored here.</param>
    public void CachedWithAllBelow(Node node, string? from) => CachedWithAllBelow(node, HitKind.Definition, from);

    /// <summary>Why a step was done.</summary>
    public void Explained(Node node, ImmutableArray<string> reasons) => events.Add(new BuildEvent.StepExplained(node.Digest, reasons) { At = events.Now });

    /// <summary>Waits for a process that does the same step, and shows that.</summary>
    public Task<T> WaitAsync<T>(Node node, Func<CancellationToken, Task<T>> wait, CancellationToken ct) =>
        events.ReportAsync($"waiting for another build that runs {node.Label.Text}", wait, ct);

    private void CachedWithAllBelow(Node node, HitKind kind, string? from = null)
    {
        if (_told.ContainsKey(node.Digest))
            return;
        foreach (Node input in node.Inputs)
            CachedWithAllBelow(input, input.Operation is Operation.Image ? HitKind.Source : HitKind.NotNeeded);
        if (node.Operation is not (Operation.Scratch or Operation.Context or Operation.Output))
            Cached(node, kind, from);
    }

    private BuildEvent.StepStarted StartOf(Node node) => new(node.Digest, node.Label.Text, node.Label.Where)
    {
        At = events.Now,
        Stage = node.Label.Stage,
        Number = node.Label.Number,
        Shown = node.Label.Shown,
        Inputs = [.. InputsOf(node).Select(static i => i.Digest).Distinct()],
        Key = keys.TryGet(node),
        Image = (node.Operation as Operation.Image)?.Reference.ToString(),
        CacheMounts = CacheMountsOf(node.Operation),
    };

    private static IEnumerable<Node> InputsOf(Node node) => node.Inputs.SelectMany(static input => input.Operation switch
    {
        Operation.Scratch or Operation.Context => [],
        Operation.Output => InputsOf(input),
        _ => [input],
    });

    private static ImmutableArray<string> CacheMountsOf(Operation operation)
    {
        if (operation is not Operation.Run { Mounts: { IsEmpty: false } mounts })
            return [];
        ImmutableArray<string>.Builder ids = ImmutableArray.CreateBuilder<string>();
        foreach (StepMount mount in mounts)
        {
            // Behind the namespace, which is most often empty.
            if (mount is StepMount.Cache cache)
                ids.Add(cache.Id.StartsWith('/') ? cache.Id[1..] : cache.Id);
        }
        return ids.ToImmutable();
    }

    /// <summary>What tells of a step that is to be done, or that another build does.</summary>
    public StepTelling TellOf(Node node) => new(events, node, () =>
    {
        _told.TryAdd(node.Digest, true);
        return StartOf(node);
    });
}
