using System.Collections.Immutable;
using Caisson.Engine.Graph;
using Caisson.Engine.Steps;
using Caisson.Oci.Model;

namespace Caisson.Engine.Solving;

/// <summary>Puts together what the steps of a build take from its contexts, and gives that a name which does not depend on the order of the steps.</summary>
/// <param name="contexts">The contexts by name.</param>
internal sealed class ContextContents(IReadOnlyDictionary<string, SourceTree> contexts)
{
    private readonly Dictionary<string, SortedDictionary<(string Path, string Identity), SelectedItem>> _taken = new(StringComparer.Ordinal);

    /// <summary>Adds what a step takes.</summary>
    public void Add(Takings takings)
    {
        foreach (SelectedItem item in takings.Parts.OfType<Selection>().SelectMany(static p => p.Items))
        {
            foreach ((string name, SourceTree tree) in contexts)
            {
                if (!ReferenceEquals(tree.Tree, item.Source.Tree))
                    continue;
                if (!_taken.TryGetValue(name, out SortedDictionary<(string, string), SelectedItem>? items))
                    _taken.Add(name, items = new(Comparer<(string Path, string Identity)>.Create(static (x, y) =>
                        string.CompareOrdinal(x.Path, y.Path) is not 0 and int order ? order : string.CompareOrdinal(x.Identity, y.Identity))));
                items.TryAdd((item.Path, item.List.Identity.Value), item);
            }
        }
    }

    /// <summary>What was taken from a context, by path; nothing when that was nothing. Lives as long as the takings.</summary>
    public IEnumerable<SelectedItem> ItemsOf(string context) => _taken.TryGetValue(context, out SortedDictionary<(string, string), SelectedItem>? items) ? items.Values : [];

    /// <summary>The names.</summary>
    public ImmutableSortedDictionary<string, Digest> Name()
    {
        ImmutableSortedDictionary<string, Digest>.Builder names = ImmutableSortedDictionary.CreateBuilder<string, Digest>(StringComparer.Ordinal);
        foreach ((string name, SortedDictionary<(string Path, string Identity), SelectedItem> items) in _taken)
        {
            using CanonicalEncoder encoder = new("context");
            foreach ((string path, string identity) in items.Keys)
            {
                encoder.Add(path);
                encoder.Add(identity);
            }
            names.Add(name, encoder.Complete());
        }
        return names.ToImmutable();
    }
}
