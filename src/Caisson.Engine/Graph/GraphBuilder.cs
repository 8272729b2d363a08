using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Engine.Graph;

/// <summary>Makes nodes from the sources up. Equal work becomes one node.</summary>
public sealed class GraphBuilder
{
    private readonly Dictionary<Digest, Node> _nodes = [];

    /// <summary>The node that applies an operation to inputs. When there is one already it is returned, with the label it had first.</summary>
    public Node Add(Operation operation, ImmutableArray<Node> inputs, NodeLabel label)
    {
        Digest digest = CanonicalEncoder.DigestOf(operation, inputs.Select(static i => i.Digest));
        if (_nodes.TryGetValue(digest, out Node? known))
            return known;
        Node node = new(operation, inputs, digest, label);
        _nodes.Add(digest, node);
        return node;
    }
}
