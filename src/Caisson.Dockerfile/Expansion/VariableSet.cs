using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Caisson.Dockerfile.Expansion;

/// <summary>Names and their values, in the order in which they were first set. Immutable; names differ by case.</summary>
public sealed class VariableSet : IReadOnlyCollection<KeyValuePair<string, string>>
{
    private readonly ImmutableDictionary<string, Entry> _byName;

    private VariableSet(ImmutableDictionary<string, Entry> byName, long size)
    {
        _byName = byName;
        Size = size;
    }

    /// <summary>No variables.</summary>
    public static VariableSet Empty { get; } = new(
        ImmutableDictionary.Create<string, Entry>(StringComparer.Ordinal), 0);

    /// <summary>Number of variables.</summary>
    public int Count => _byName.Count;

    /// <summary>The names, in order.</summary>
    public IEnumerable<string> Names => _byName.OrderBy(static p => p.Value.Place).Select(static p => p.Key);

    /// <summary>Characters of all names and values together.</summary>
    public long Size { get; }

    /// <summary>The variables of a list; of two with the same name the later value counts, at the place of the earlier.</summary>
    public static VariableSet From(IEnumerable<KeyValuePair<string, string>> pairs) =>
        pairs.Aggregate(Empty, static (set, pair) => set.Set(pair.Key, pair.Value));

    /// <summary>Reads a list of <c>NAME=value</c>, as an image's configuration holds it; without <c>=</c> the value is empty.</summary>
    public static VariableSet FromEnvironment(IEnumerable<string> entries) =>
        From(entries.Select(static e => e.Split('=', 2)).Select(static p => KeyValuePair.Create(p[0], p.Length > 1 ? p[1] : "")));

    /// <summary>The list of <c>NAME=value</c>, in order.</summary>
    public ImmutableArray<string> ToEnvironment() => [.. this.Select(static p => $"{p.Key}={p.Value}")];

    /// <summary>The value of a variable; false when it is not set, which is not the same as empty.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out string? value)
    {
        value = _byName.TryGetValue(name, out Entry entry) ? entry.Value : null;
        return value is not null;
    }

    /// <summary>True when the variable is set, be it to nothing.</summary>
    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>The variables with one more or another value; a name that was set keeps its place.</summary>
    public VariableSet Set(string name, string value)
    {
        if (_byName.TryGetValue(name, out Entry old))
            return new VariableSet(_byName.SetItem(name, new Entry(old.Place, value)), Size + value.Length - old.Value.Length);
        int place = Count;
        return new VariableSet(_byName.Add(name, new Entry(place, value)), Size + name.Length + value.Length);
    }

    /// <summary>These variables with all of <paramref name="others"/> set.</summary>
    public VariableSet SetAll(IEnumerable<KeyValuePair<string, string>> others) =>
        others.Aggregate(this, static (set, pair) => set.Set(pair.Key, pair.Value));

    /// <summary>The variables, in order.</summary>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() =>
        _byName.OrderBy(static p => p.Value.Place).Select(static p => KeyValuePair.Create(p.Key, p.Value.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private readonly record struct Entry(int Place, string Value);
}
