using Caisson.Daemon.Llb;
using Caisson.Daemon.Proto.Llb;
using Caisson.Engine;
using Caisson.Engine.Graph;
using Caisson.Oci.Model;
using Platform = Caisson.Oci.Model.Platform;

namespace Caisson.Daemon.Control;

/// <summary>Finds out what a source stands for now, and nothing more: its graph has an empty result.</summary>
/// <param name="source">The source.</param>
/// <param name="platform">Of images, which; null for that of this machine.</param>
internal sealed class SourceProbe(SourceOp source, Platform? platform) : IGraphPlanner
{
    /// <summary>What it was pinned as.</summary>
    public Operation? Pinned { get; private set; }

    /// <summary>The identifier of what rules of the client put in its place; null when it is what it was.</summary>
    public string? Converted => Pinned switch
    {
        Operation.Image { Reference: var used } when LlbSources.ImageOf(source)?.WithDefaultTag() is { } asked && (used.Name, used.Tag) != (asked.Name, asked.Tag) => LlbSources.ImageScheme + used,
        Operation.Http { Address: var used } when used != new Uri(source.Identifier).AbsoluteUri => used,
        _ => null,
    };

    /// <summary>Of an image, its configuration.</summary>
    public ImageConfig? Config { get; private set; }

    /// <inheritdoc/>
    public async Task<PlannedGraph> PlanAsync(GraphBuilder graph, IGraphSources sources, CancellationToken ct)
    {
        NodeLabel label = new($"resolve {source.Identifier}");
        if (LlbSources.ImageOf(source) is { } reference)
        {
            (Node node, Config) = await sources.ImageAsync(reference, platform, label, ct).ConfigureAwait(false);
            Pinned = node.Operation;
        }
        else
        {
            Pinned = (await LlbSources.AddAsync(source, platform, sources, static name => throw new Engine.Spelling.UsageException($"{name} is no source"), label, ct).ConfigureAwait(false)).Operation;
        }
        return new PlannedGraph(LlbPlanner.Scratch(graph));
    }
}
