using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Caisson.Engine.Graph;
using Caisson.Engine.Planning;
using Caisson.Engine.Sources;
using Caisson.Engine.Sources.Gateway;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>Reads from the plans of a build what it is made of: the graph says it also where every step came from the cache.</summary>
/// <param name="request">What was built.</param>
/// <param name="contexts">The contexts and the Dockerfile.</param>
/// <param name="plans">What was planned, platform by platform.</param>
internal sealed class InputReading(BuildRequest request, BuildContexts contexts, ImmutableArray<BuildPlan> plans)
{
    private readonly SecretArguments _secrets = new(request.Arguments);
    private readonly List<Node> _nodes = NodesOf(plans);

    /// <summary>The nodes that the results stand on, what is worked on before what works on it.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>Reads it.</summary>
    /// <param name="taken">Names what was taken from the contexts.</param>
    /// <param name="network">What steps did on the network.</param>
    /// <param name="isClosed">Whether they could do nothing there that nobody named.</param>
    public BuildInputs Read(IReadOnlyDictionary<string, Digest> taken, IReadOnlyDictionary<Digest, NetworkRecord> network, bool isClosed)
    {
        Operation.Fetched[] fetched = [.. _nodes.Select(static n => n.Operation).OfType<Operation.Fetched>().Concat(contexts.Main.Pinned is { } pinned ? [pinned] : [])];
        ImmutableArray<BuildStep> steps = StepsOf(network);
        return new BuildInputs
        {
            Dockerfile = DockerfileOf(),
            Arguments = _secrets.Shown(),
            Images = ImagesOf(),
            Contexts = [.. taken.OrderBy(static t => t.Key, StringComparer.Ordinal).Select(t => new ContextInput(t.Key, LocationOf(t.Key), t.Value))],
            Files = [.. fetched.OfType<Operation.Http>().Select(h => new HttpInput(_secrets.Mask(h.Address), h.Content)).Distinct().OrderBy(static f => f.Address, StringComparer.Ordinal)],
            Repositories =
            [
                .. fetched.OfType<Operation.Git>().Select(g => new GitInput(_secrets.Mask(g.Remote), g.Reference is null ? null : _secrets.Mask(g.Reference), g.Commit)).Distinct()
                    .OrderBy(static g => g.Remote, StringComparer.Ordinal).ThenBy(static g => g.Commit, StringComparer.Ordinal),
            ],
            Steps = steps,
            Network = [.. _nodes.SelectMany(n => ExchangesOf(n, network))],
            IsHermetic = steps.All(static s => s.Unrecorded.IsEmpty) && (isClosed || !_nodes.Any(static n => n.Operation is Operation.Run { Network: StepNetwork.Gateway })),
        };
    }

    private IEnumerable<NetworkExchange> ExchangesOf(Node node, IReadOnlyDictionary<Digest, NetworkRecord> network) =>
        network.GetValueOrDefault(node.Digest)?.Exchanges.Select(exchange => new NetworkExchange
        {
            Method = exchange.Method,
            Address = _secrets.Mask(exchange.Address),
            Status = exchange.Status,
            SizeBytes = exchange.SizeBytes,
            Digest = exchange.Content,
            Package = exchange.Package,
            Step = _secrets.Mask(node.Label.Text),
        }) ?? [];

    private DockerfileInput DockerfileOf()
    {
        string text = _secrets.Mask(contexts.Dockerfile.Text);
        return new DockerfileInput(_secrets.Mask(contexts.Dockerfile.Name), text, Digest.OfBytes(Encoding.UTF8.GetBytes(contexts.Dockerfile.Text)));
    }

    private string LocationOf(string context) => _secrets.Mask(request.ContextFiles is { } files ? files.LocationOf(context) : context == BuildContexts.MainName ? request.Context.Location : request.NamedContexts.GetValueOrDefault(context, ""));

    // Those that the graph names, and those whose configuration alone counted.
    private ImmutableArray<ImageInput> ImagesOf()
    {
        HashSet<ImageInput> images = [];
        HashSet<Digest> named = [];
        foreach (Operation.Image image in _nodes.Select(static n => n.Operation).OfType<Operation.Image>())
        {
            if (image.Reference.Digest is not { } digest)
                throw new UnreachableException("the images of a graph are pinned");
            named.Add(digest);
            images.Add(new ImageInput(image.Reference.WithoutDigest(), digest, image.Platform));
        }
        foreach ((Reference reference, Image image) in plans.SelectMany(static p => p.Images))
        {
            if (reference.Digest is { } digest && !named.Contains(digest))
                images.Add(new ImageInput(reference.WithoutDigest(), digest, image.Config.Platform));
        }
        return
        [
            .. images.OrderBy(static i => i.Reference.ToString(), StringComparer.Ordinal).ThenBy(static i => i.Platform.ToString(), StringComparer.Ordinal)
                .ThenBy(static i => i.Digest.Value, StringComparer.Ordinal),
        ];
    }

    private ImmutableArray<BuildStep> StepsOf(IReadOnlyDictionary<Digest, NetworkRecord> network)
    {
        Dictionary<Digest, int> ids = [];
        ImmutableArray<BuildStep>.Builder steps = ImmutableArray.CreateBuilder<BuildStep>(_nodes.Count);
        foreach (Node node in _nodes)
        {
            ids.Add(node.Digest, steps.Count);
            steps.Add(new BuildStep
            {
                Id = steps.Count,
                Name = _secrets.Mask(node.Label.Text),
                Kind = KindOf(node.Operation),
                Stage = node.Label.Stage,
                Line = node.Label.Where?.Line,
                Network = (node.Operation as Operation.Run)?.Network.ToString().ToLowerInvariant(),
                Unrecorded = node.Operation is Operation.Run run ? [.. UnrecordedOf(run, network.GetValueOrDefault(node.Digest)).Select(_secrets.Mask)] : [],
                Inputs = [.. node.Inputs.Select(i => ids[i.Digest])],
            });
        }
        return steps.MoveToImmutable();
    }

    private static string KindOf(Operation operation) => operation switch
    {
        Operation.Scratch => "scratch",
        Operation.Image => "image",
        Operation.Context => "context",
        Operation.Http => "http",
        Operation.Git => "git",
        Operation.MakeDirectory => "mkdir",
        Operation.MakeFile => "file",
        Operation.Remove => "remove",
        Operation.Link => "link",
        Operation.Difference => "difference",
        Operation.Copy => "copy",
        Operation.Run => "run",
        Operation.Output => "output",
        _ => throw new UnreachableException(operation.GetType().Name),
    };

    // A build without a network takes results of one that had it: what the definition says counts, and not what this build could reach.
    private static ImmutableArray<string> UnrecordedOf(Operation.Run run, NetworkRecord? record)
    {
        ImmutableArray<string>.Builder unrecorded = ImmutableArray.CreateBuilder<string>();
        if (run.Network != StepNetwork.None && (run.Network != StepNetwork.Gateway || record is null))
            unrecorded.Add("the network");
        unrecorded.AddRange(record?.Exchanges.Where(static e => e.IsTunnel).Select(static e => $"what passed the gateway unseen: {e.Address}").Distinct(StringComparer.Ordinal) ?? []);
        if (run.Security == StepSecurity.Insecure)
            unrecorded.Add("the machine, by security=insecure");
        unrecorded.AddRange(run.Devices.Select(static d => $"the device {d}"));
        unrecorded.AddRange(run.Mounts.OfType<StepMount.Cache>().Select(static c => $"the cache mount {c.Id[(c.Id.IndexOf('/', StringComparison.Ordinal) + 1)..]}"));
        return unrecorded.ToImmutable();
    }

    private static List<Node> NodesOf(ImmutableArray<BuildPlan> plans)
    {
        List<Node> nodes = [];
        HashSet<Digest> seen = [];
        foreach (BuildPlan plan in plans)
            Visit(plan.Result);
        return nodes;

        void Visit(Node node)
        {
            if (!seen.Add(node.Digest))
                return;
            foreach (Node input in node.Inputs)
                Visit(input);
            nodes.Add(node);
        }
    }
}
