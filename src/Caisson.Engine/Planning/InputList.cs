using System.Collections.Immutable;
using Caisson.Engine.Graph;

namespace Caisson.Engine.Planning;

/// <summary>The inputs of an operation upon a file system, each once.</summary>
/// <param name="root">The file system, which is input 0. Who takes files from the same node takes them from an input of its own.</param>
internal sealed class InputList(Node root)
{
    private readonly List<Node> _others = [];

    /// <summary>All of them.</summary>
    public ImmutableArray<Node> Nodes => [root, .. _others];

    /// <summary>The number of a node that files are taken from.</summary>
    public int Add(Node node)
    {
        if (!_others.Contains(node))
            _others.Add(node);
        return 1 + _others.IndexOf(node);
    }
}
