using System.Collections.Immutable;
using Caisson.Engine.Graph;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Planning;

/// <summary>What the steps of plans take of contexts.</summary>
internal static class ContextNeeds
{
    /// <summary>By the name of each context that anything is taken of: the paths and patterns; empty for all.</summary>
    public static IReadOnlyDictionary<string, ImmutableArray<string>> Of(IEnumerable<Node> results)
    {
        Dictionary<string, SortedSet<string>> needs = new(StringComparer.Ordinal);
        HashSet<string> whole = new(StringComparer.Ordinal);
        HashSet<Node> seen = [];
        Stack<Node> open = new(results);
        while (open.TryPop(out Node? node))
        {
            if (!seen.Add(node))
                continue;
            foreach (Node input in node.Inputs)
                open.Push(input);
            foreach ((int input, string path) in TakenBy(node.Operation))
            {
                if (node.Inputs[input].Operation is not Operation.Context { Name: var name })
                    continue;
                if (!needs.TryGetValue(name, out SortedSet<string>? paths))
                    needs[name] = paths = new SortedSet<string>(StringComparer.Ordinal);
                // "../a" is "a": above the context there is nothing.
                string clean = EntryPath.Clean(path);
                if (clean.Length == 0 || clean.Contains("**", StringComparison.Ordinal))
                    whole.Add(name);
                else
                    paths.Add(clean);
            }
        }
        return needs.ToDictionary(static n => n.Key, n => whole.Contains(n.Key) ? [] : n.Value.ToImmutableArray());
    }

    private static IEnumerable<(int Input, string Path)> TakenBy(Operation operation) => operation switch
    {
        // What is below a directory has parents, whose links lead elsewhere.
        Operation.Copy copy => copy.Sources.OfType<CopySource.Files>().Select(static s => (s.Input, s.Includes.IsEmpty ? s.Pattern : "")),
        Operation.Run run => run.Mounts.Select(static m => m switch
        {
            StepMount.Bind bind => (bind.Input, bind.Source),
            StepMount.Cache { Input: { } input } cache => (input, cache.Source),
            _ => (-1, ""),
        }).Where(static t => t.Item1 >= 0),
        _ => [],
    };
}
