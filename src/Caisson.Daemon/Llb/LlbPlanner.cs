using System.Collections.Immutable;
using Caisson.Daemon.Proto.Llb;
using Caisson.Engine;
using Caisson.Engine.Graph;
using Caisson.Engine.Spelling;
using Caisson.Oci.Model;
using Platform = Caisson.Oci.Model.Platform;

namespace Caisson.Daemon.Llb;

/// <summary>Translates a graph that a client sent into ours. What we have no operation for is refused by its name.</summary>
/// <param name="definition">The graph.</param>
/// <param name="results">Gives it the results of other builds.</param>
internal sealed class LlbPlanner(LlbDefinition definition, ILlbResults results) : IGraphPlanner
{
    private const int MaxDepth = 2_000;

    private readonly Dictionary<(string Digest, long Output), Node> _nodes = [];
    private readonly HashSet<Digest> _fresh = [];
    private readonly LlbLayers _layers = new();

    /// <summary>The configuration of the image; null for one that says nothing.</summary>
    public ImageConfig? Config { get; init; }

    /// <inheritdoc/>
    public async Task<PlannedGraph> PlanAsync(GraphBuilder graph, IGraphSources sources, CancellationToken ct)
    {
        // Another build's result is the image that it was there.
        if (Config is null && definition.OnlySource is { } source && source.Identifier.StartsWith(LlbSources.ResultScheme, StringComparison.Ordinal))
        {
            (Node image, ImageConfig config) = await sources.LayoutAsync(await results.FindAsync(source.Identifier[LlbSources.ResultScheme.Length..], ct).ConfigureAwait(false), platform: null, new NodeLabel(source.Identifier), ct).ConfigureAwait(false);
            return new PlannedGraph(image) { Config = config };
        }
        Node result = definition.Result is { } input ? Files(await FindAsync(input, graph, sources, 0, ct).ConfigureAwait(false), graph) : Scratch(graph);
        return new PlannedGraph(result) { Config = Config, Fresh = [.. _fresh] };
    }

    private async Task<Node> FindAsync(Input input, GraphBuilder graph, IGraphSources sources, int depth, CancellationToken ct)
    {
        if (depth > MaxDepth)
            throw new UsageException($"the definition is deeper than {MaxDepth} vertexes");
        if (_nodes.TryGetValue((input.Digest, input.Index), out Node? known))
            return known;
        Op vertex = definition.Find(input.Digest);
        LlbChecks.Check(vertex);
        Node[] inputs = new Node[vertex.Build is null ? vertex.Inputs.Count : 0]; // a build takes its input as a graph
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = await FindAsync(vertex.Inputs[i], graph, sources, depth + 1, ct).ConfigureAwait(false);
        await AddAsync(input.Digest, vertex, inputs, graph, sources, ct).ConfigureAwait(false);
        return _nodes.GetValueOrDefault((input.Digest, input.Index)) ?? throw new UsageException($"{vertex.OpCase} has no output {input.Index} that another step could take");
    }

    private async Task AddAsync(string digest, Op vertex, Node[] inputs, GraphBuilder graph, IGraphSources sources, CancellationToken ct)
    {
        Platform? platform = PlatformOf(vertex.Platform);
        NodeLabel label = new(LabelOf(digest, vertex));
        List<Node> made = [];
        switch (vertex.OpCase)
        {
            case Op.OpOneofCase.Source:
                Put(0, await LlbSources.AddAsync(vertex.Source, platform, sources, name => results.FindAsync(name, ct), label, ct).ConfigureAwait(false));
                break;
            case Op.OpOneofCase.Exec:
                foreach ((long left, Node node) in new LlbExec(graph, sources).Add(vertex.Exec, platform ?? BuildEngine.MachinePlatform, inputs, label))
                    Put(left, node);
                break;
            case Op.OpOneofCase.File:
                foreach ((long left, Node node) in LlbFiles.Add(vertex.File, inputs, graph, label))
                    Put(left, node);
                break;
            case Op.OpOneofCase.Merge:
                Put(0, _layers.Merge(vertex.Merge, inputs, graph, label));
                break;
            case Op.OpOneofCase.Diff:
                Put(0, _layers.Diff(vertex.Diff, inputs, graph, label));
                break;
            case Op.OpOneofCase.Build:
                (Definition holder, string path) = LlbBuild.Read(vertex, definition);
                Put(0, (await sources.LayoutAsync(await results.BuildAsync(holder, path, ct).ConfigureAwait(false), platform, label, ct).ConfigureAwait(false)).Node);
                break;
            case Op.OpOneofCase.Passthrough:
                for (int i = 0; i < vertex.Passthrough.Outputs.Count; i++)
                    Put(i, At(inputs, vertex.Passthrough.Outputs[i]));
                break;
            default:
                throw new UsageException($"the operation {vertex.OpCase.ToString().ToLowerInvariant()} of a definition is not one that Caisson has: there are source, exec, file, merge, diff, build and passthrough");
        }
        if (definition.MetadataOf(digest)?.IgnoreCache == true)
        {
            // What it passes on is another vertex's; what a program leaves on a mount comes of the program.
            foreach (Node own in made.Except(inputs))
                _fresh.Add((own.Operation is Operation.Output ? own.Inputs[1] : own).Digest);
        }

        void Put(long output, Node node)
        {
            _nodes[(digest, output)] = node;
            made.Add(node);
            _layers.Note(Files(node, graph));
        }
    }

    /// <summary>An input by its number.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static Node At(IReadOnlyList<Node> nodes, long index) => index >= 0 && index < nodes.Count ? nodes[(int)index] : throw new UsageException($"the definition names input {index} of a vertex that has {nodes.Count}");

    /// <summary>An input by its number, or the empty file system, which is -1.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static Node AtOrScratch(IReadOnlyList<Node> nodes, long index, GraphBuilder graph) => index == -1 ? Scratch(graph) : At(nodes, index);

    /// <summary>The empty file system.</summary>
    public static Node Scratch(GraphBuilder graph) => graph.Add(new Operation.Scratch(), [], new NodeLabel("scratch"));

    /// <summary>A node as a file system that steps can change: of a directory of the client, what it holds.</summary>
    public static Node Files(Node node, GraphBuilder graph) => node.Operation is not Operation.Context ? node
        : graph.Add(new Operation.Copy { Sources = [new CopySource.Files(1, ".")], Destination = "/", IntoDirectory = true }, [Scratch(graph), node], node.Label);

    private string LabelOf(string digest, Op vertex)
    {
        if (definition.MetadataOf(digest)?.Description is { } said && said.TryGetValue("llb.customname", out string? name) && name.Length > 0)
            return name;
        return vertex.OpCase switch
        {
            Op.OpOneofCase.Source => vertex.Source.Identifier,
            Op.OpOneofCase.Exec => string.Join(' ', vertex.Exec.Meta?.Args ?? []),
            Op.OpOneofCase.File => string.Join(", ", vertex.File.Actions.Select(LlbFiles.NameOf)),
            _ => vertex.OpCase.ToString().ToLowerInvariant(),
        };
    }

    /// <summary>The platform that a message names; null for none.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static Platform? PlatformOf(Proto.Llb.Platform? platform)
    {
        if (platform is null || platform.OS.Length == 0)
            return null;
        string text = platform.Variant.Length > 0 ? $"{platform.OS}/{platform.Architecture}/{platform.Variant}" : $"{platform.OS}/{platform.Architecture}";
        return Platform.TryParse(text, out Platform? read) ? read : throw new UsageException($"\"{text}\" is no platform");
    }
}
