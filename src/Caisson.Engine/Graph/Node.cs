using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Engine.Graph;

/// <summary>One operation and the nodes whose results it works on. Immutable, as is everything below it.</summary>
public sealed class Node
{
    internal Node(Operation operation, ImmutableArray<Node> inputs, Digest digest, NodeLabel label)
    {
        Operation = operation;
        Inputs = inputs;
        Digest = digest;
        Label = label;
    }

    /// <summary>What it does.</summary>
    public Operation Operation { get; }

    /// <summary>What it works on.</summary>
    public ImmutableArray<Node> Inputs { get; }

    /// <summary>Names the operation with everything below it. Two nodes of one digest are one piece of work.</summary>
    public Digest Digest { get; }

    /// <summary>What people read of it; no part of the digest.</summary>
    public NodeLabel Label { get; }

    /// <summary>The node whose file system this one changes or, for a source, the node itself.</summary>
    public Node Base
    {
        get
        {
            Node node = this;
            while (node.Operation.IsStep)
                node = node.Inputs[0];
            return node;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Label.Text;
}
