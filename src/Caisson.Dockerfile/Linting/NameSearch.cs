using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Linting;

/// <summary>Looks for the names that misspelled ones were meant to be, but no more often than somebody reads about it.</summary>
internal sealed class NameSearch
{
    private const int MaxSearches = 100;

    private int _searches;

    /// <summary>The name that a word differs from in a few letters, or null.</summary>
    public string? NearestSpelling(string word, IEnumerable<string> candidates) =>
        ++_searches > MaxSearches ? null : Suggestion.NearestSpelling(word, candidates);
}
