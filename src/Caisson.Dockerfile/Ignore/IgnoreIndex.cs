using System.Collections.Immutable;

namespace Caisson.Dockerfile.Ignore;

/// <summary>Tells quickly which patterns a path can match at all.</summary>
/// <remarks>
/// Patterns that are a path, and those that are <c>**/name</c>, are found by two look-ups. Of the others, only those are tried that
/// can end with the last character of the path.
/// </remarks>
internal sealed class IgnoreIndex
{
    private const int Slots = 129;

    private readonly ulong[] _byLast;
    private readonly Dictionary<string, List<int>>.AlternateLookup<ReadOnlySpan<char>> _byPath;
    private readonly Dictionary<string, List<int>>.AlternateLookup<ReadOnlySpan<char>> _byName;

    public IgnoreIndex(ImmutableArray<IgnoreGlob> globs)
    {
        Words = (globs.Length + 63) / 64;
        Dictionary<string, List<int>> paths = new(StringComparer.Ordinal);
        Dictionary<string, List<int>> names = new(StringComparer.Ordinal);
        List<int> others = [];
        for (int i = 0; i < globs.Length; i++)
        {
            string text = globs[i].Text;
            bool isName = globs[i].Kind == GlobKind.Suffix && text.LastIndexOf('/') == 0 && text.Length > 1;
            if (globs[i].Kind == GlobKind.Exact)
                Add(paths, text, i);
            else if (isName)
                Add(names, text[1..], i);
            else
                others.Add(i);
        }
        _byPath = paths.GetAlternateLookup<ReadOnlySpan<char>>();
        _byName = names.GetAlternateLookup<ReadOnlySpan<char>>();
        Others = [.. others];
        _byLast = Table(others, (i, slot) => slot == Slots - 1 || globs[i].CanEndWith((char)slot));
    }

    /// <summary>Length of a set of patterns, in words of 64 bits.</summary>
    public int Words { get; }

    /// <summary>The patterns that no look-up finds.</summary>
    public ImmutableArray<int> Others { get; }

    /// <summary>The patterns that have to be tried on a path that ends with a name, one word of the set.</summary>
    public ulong Candidates(ReadOnlySpan<char> name, int word) => name.IsEmpty ? 0 : _byLast[(Slot(name[^1]) * Words) + word];

    /// <summary>Adds the patterns that are the path.</summary>
    public void AddPath(ReadOnlySpan<char> path, Span<ulong> hits)
    {
        if (_byPath.TryGetValue(path, out List<int>? found))
            Mark(found, hits);
    }

    /// <summary>Adds the patterns that are <c>**/name</c>.</summary>
    public void AddName(ReadOnlySpan<char> name, Span<ulong> hits)
    {
        if (_byName.TryGetValue(name, out List<int>? found))
            Mark(found, hits);
    }

    private static int Slot(char c) => c < Slots - 1 ? c : Slots - 1;

    // One set of patterns for each ASCII character, and one for all other characters.
    private ulong[] Table(List<int> patterns, Func<int, int, bool> fits)
    {
        ulong[] table = new ulong[Slots * Words];
        foreach (int pattern in patterns)
        {
            for (int slot = 0; slot < Slots; slot++)
                table[(slot * Words) + (pattern / 64)] |= fits(pattern, slot) ? 1UL << (pattern % 64) : 0;
        }
        return table;
    }

    private static void Mark(List<int> patterns, Span<ulong> hits)
    {
        foreach (int pattern in patterns)
            hits[pattern / 64] |= 1UL << (pattern % 64);
    }

    private static void Add(Dictionary<string, List<int>> patterns, string key, int pattern)
    {
        if (!patterns.TryGetValue(key, out List<int>? found))
            patterns[key] = found = [];
        found.Add(pattern);
    }
}
