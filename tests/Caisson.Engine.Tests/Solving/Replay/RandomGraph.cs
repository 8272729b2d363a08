using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Caisson.Engine.Graph;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Solving.Replay;

/// <summary>A graph of a seed, and what a build that does one step after the other would make of it.</summary>
internal sealed class RandomGraph
{
    private readonly GraphBuilder _builder = new();
    private readonly Random _random;
    private readonly string _salt;
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<Operation, Node> _byOperation = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, string> _contents = [];
    private readonly Dictionary<Node, ImmutableArray<LayerId>> _states = [];

    /// <param name="random">Says what the graph is.</param>
    /// <param name="salt">Part of each step, so that no other graph has the same.</param>
    public RandomGraph(Random random, string salt)
    {
        _random = random;
        _salt = salt;
        Add(new Operation.Scratch(), [], "");
        int count = random.Next(3, 13);
        while (_nodes.Count < count)
        {
            if (random.Next(8) == 0)
                AddTwins();
            else
                AddNode(_nodes.Count.ToString(CultureInfo.InvariantCulture));
        }
    }

    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>Whether there are steps that come to the same in two ways: then one may be spared.</summary>
    public bool HasTwins { get; private set; }

    /// <summary>The node of an operation: of this very object.</summary>
    public Node NodeOf(Operation operation) => _byOperation[operation];

    /// <summary>The layers of a node's file system.</summary>
    public ImmutableArray<LayerId> StateOf(Node node) => _states[node];

    /// <summary>The layer that a node makes.</summary>
    public LayerId LayerOf(Node node) => _states[node][^1];

    /// <summary>All nodes that a node's result rests on, itself included. Nothing below those that are stored.</summary>
    public static HashSet<Node> Needed(Node target, Func<Node, bool> isStored)
    {
        HashSet<Node> needed = [];
        Visit(target);
        return needed;

        void Visit(Node node)
        {
            if (isStored(node) || !needed.Add(node))
                return;
            foreach (Node input in node.Inputs)
                Visit(input);
        }
    }

    public static bool IsStep(Node node) => node.Operation.IsStep;

    private Node Any() => _nodes[_random.Next(_nodes.Count)];

    private void AddNode(string name)
    {
        Node below = _random.Next(4) == 0 ? _nodes[0] : Any();
        switch (_random.Next(10))
        {
            case < 6:
                AddRun(name, [below, .. Enumerable.Range(0, _random.Next(3)).Select(_ => Any())], name);
                break;
            case < 8:
                Node[] sources = [.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => Any())];
                Add(
                    new Operation.Copy { Sources = [.. sources.Select(static (_, i) => new CopySource.Files(i + 1, "/"))], Destination = $"/{_salt}/{name}" },
                    [below, .. sources],
                    name);
                break;
            case 8:
                Add(new Operation.MakeDirectory($"/{_salt}/{name}", Owner: null), [below], name);
                break;
            default:
                Add(new Operation.Http("http://example.invalid/" + name, Digest.OfBytes(Encoding.UTF8.GetBytes(_salt + name)), name), [], name);
                break;
        }
    }

    // Two programs that write the same, and on each the same program again.
    private void AddTwins()
    {
        string name = _nodes.Count.ToString(CultureInfo.InvariantCulture);
        HasTwins = true;
        Node below = Any();
        Node one = AddRun(name + "a", [below], name);
        Node other = AddRun(name + "b", [below], name);
        AddRun(name + "on", [one], name + "on");
        AddRun(name + "on", [other], name + "on");
    }

    private Node AddRun(string name, ImmutableArray<Node> inputs, string content) => Add(
        new Operation.Run
        {
            Arguments = [_salt, name],
            WorkingDirectory = "/",
            Platform = Platform.LinuxAmd64,
            Mounts = [.. inputs.Skip(1).Select(static (_, i) => new StepMount.Bind("/m", i + 1, "", IsReadOnly: true))],
        },
        inputs,
        content);

    private Node Add(Operation operation, ImmutableArray<Node> inputs, string content)
    {
        Node node = _builder.Add(operation, inputs, new NodeLabel($"{_nodes.Count} {operation.GetType().Name}"));
        _byOperation.Add(operation, node);
        _nodes.Add(node);
        _contents.Add(node, content);
        _states.Add(node, Evaluate(node));
        return node;
    }

    private ImmutableArray<LayerId> Evaluate(Node node)
    {
        if (node.Operation is Operation.Scratch)
            return [];
        string material = string.Join('\n', [_salt, _contents[node], .. node.Inputs.Select(i => string.Join(' ', _states[i]))]);
        LayerId made = LayerId.Parse("run-" + Digest.OfBytes(Encoding.UTF8.GetBytes(material)).Hex);
        return [.. node.Inputs.IsEmpty ? [] : _states[node.Inputs[0]], made];
    }
}
