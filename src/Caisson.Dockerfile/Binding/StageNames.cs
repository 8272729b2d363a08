using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>Finds stages by name, whatever its case, as one stage sees them.</summary>
internal sealed class StageNames
{
    // A file may name thousands of stages and images; looking for misspellings among all pairs would take too long.
    private const int MaxSearches = 1000;
    private const int MaxNamesSearched = 100;

    private readonly Dictionary<string, List<int>> _byName = new(StringComparer.Ordinal);
    private readonly ImmutableArray<StageOutline> _stages;
    private readonly string?[] _bases;
    private readonly HashSet<string> _lost;
    private readonly bool _isCutShort;
    private int _searches;

    /// <summary>Collects the names.</summary>
    /// <param name="stages">The stages of the document.</param>
    /// <param name="document">For the lines that could not be read: one of them may define a stage.</param>
    public StageNames(ImmutableArray<StageOutline> stages, DockerfileDocument document)
    {
        _stages = stages;
        _lost = [.. document.Instructions.OfType<MalformedInstruction>().Select(static i => LastWord(i.Header.Line.Text))];
        _isCutShort = document.Elements.OfType<UnreadText>().Any();
        _bases = new string?[stages.Length];
        foreach (StageOutline stage in stages)
        {
            if (stage.Name is not { } name)
                continue;
            if (!_byName.TryGetValue(name, out List<int>? numbers))
                _byName[name] = numbers = [];
            numbers.Add(stage.Index);
        }
    }

    public int Count => _stages.Length;

    public StageOutline this[int index] => _stages[index];

    /// <summary>All names.</summary>
    public IEnumerable<string> All => _byName.Keys;

    /// <summary>Remembers what a stage is based on: a name that is also somebody's base is no misspelling of that stage.</summary>
    public void SetBase(int stage, string name) => _bases[stage] = Bare(name);

    /// <summary>The last stage of a name above another, or null.</summary>
    public int? FindAbove(string name, int stage)
    {
        List<int>? numbers = _byName.GetValueOrDefault(name.ToLowerInvariant());
        int place = numbers?.BinarySearch(stage) ?? -1;
        place = place < 0 ? ~place : place;
        return numbers is null || place == 0 ? null : numbers[place - 1];
    }

    /// <summary>The first stage of a name, this one or below it, or null.</summary>
    public int? FindFrom(string name, int stage)
    {
        List<int>? numbers = _byName.GetValueOrDefault(name.ToLowerInvariant());
        int place = numbers?.BinarySearch(stage) ?? -1;
        place = place < 0 ? ~place : place;
        return numbers is null || place >= numbers.Count ? null : numbers[place];
    }

    /// <summary>The last stage of a name, or null.</summary>
    public int? Find(string name) => FindAbove(name, Count);

    /// <summary>Whether a line that could not be read may define a stage of this name.</summary>
    public bool MayBeLost(string name) => _isCutShort || _lost.Contains(name.ToLowerInvariant());

    /// <summary>The stage above another whose name a word misspells, or null.</summary>
    public StageOutline? FindNear(string word, int stage)
    {
        if (MayBeLost(word) || ++_searches > MaxSearches)
            return null;
        List<string> near = [];
        for (int i = stage - 1; i >= 0 && near.Count < MaxNamesSearched; i--)
        {
            if (_stages[i].Name is { } candidate && _bases[i] != word)
                near.Add(candidate);
        }
        return Suggestion.NearestSpelling(word, near) is { } name && FindAbove(name, stage) is { } index ? _stages[index] : null;
    }

    private static string LastWord(string line)
    {
        string text = line.TrimEnd();
        return text[(text.AsSpan().LastIndexOfAny(' ', '\t') + 1)..].ToLowerInvariant();
    }

    private static string Bare(string reference)
    {
        int end = reference.AsSpan().IndexOfAny(':', '@');
        return end < 0 ? reference : reference[..end];
    }
}
