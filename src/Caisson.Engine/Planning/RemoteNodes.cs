using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;

namespace Caisson.Engine.Planning;

/// <summary>
/// The nodes of files from elsewhere. Which they are is known only when the words of instructions are expanded, so a plan is made once to learn
/// them, all of them are pinned at the same time, and the plan is made again.
/// </summary>
/// <param name="graph">Where the nodes are made.</param>
internal sealed class RemoteNodes(GraphBuilder graph)
{
    private readonly Dictionary<RemoteSource, Operation.Fetched> _pinned = [];
    private readonly Dictionary<RemoteSource, SourceSpan?> _asked = [];

    /// <summary>The node of a source. As long as the source is not pinned, it is one that stands in its place.</summary>
    /// <param name="source">The source.</param>
    /// <param name="where">Where it is asked for.</param>
    public Node Get(RemoteSource source, SourceSpan? where)
    {
        if (_pinned.TryGetValue(source, out Operation.Fetched? pinned))
            return graph.Add(pinned, [], new NodeLabel(RemoteText.Of(pinned), where));
        _asked.TryAdd(source, where);
        return graph.Add(new Operation.Scratch(), [], new NodeLabel("scratch"));
    }

    /// <summary>Pins what was asked for.</summary>
    /// <returns>Whether there was anything to pin: the plan is to be made again.</returns>
    /// <exception cref="BuildException">Something cannot be had; the diagnostic says where it is asked for.</exception>
    public async Task<bool> ResolveAsync(IRemoteResolver resolver, CancellationToken ct)
    {
        KeyValuePair<RemoteSource, SourceSpan?>[] asked = [.. _asked];
        Operation.Fetched[] pinned = await Task.WhenAll(asked.Select(a => ResolveAsync(a.Key, a.Value, resolver, ct))).ConfigureAwait(false);
        for (int i = 0; i < asked.Length; i++)
            _pinned[asked[i].Key] = pinned[i];
        _asked.Clear();
        return asked.Length > 0;
    }

    private static async Task<Operation.Fetched> ResolveAsync(RemoteSource source, SourceSpan? where, IRemoteResolver resolver, CancellationToken ct)
    {
        try
        {
            return await resolver.ResolveAsync(source, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException && Failures.Explain(e) is { } explained)
        {
            ImmutableArray<Diagnostic> located = [.. explained.Diagnostics.Select(d => d with { Where = d.Where ?? where })];
            throw new BuildException(located, e);
        }
    }
}
