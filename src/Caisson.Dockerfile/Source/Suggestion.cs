namespace Caisson.Dockerfile.Source;

/// <summary>Finds the name that a misspelled word was meant to be.</summary>
/// <remarks>
/// Optimal string alignment distance (Damerau-Levenshtein without repeated edits of one place). A word of up to two letters may
/// differ in one, up to seven in two, longer ones in three, and never in more than half of its letters. Failing that, a name
/// that the word begins, or that begins the word, is taken when it is the only one.
/// </remarks>
public static class Suggestion
{
    private const int MaxWordLength = 64;
    private const int MaxCandidates = 500;
    private const int MinPrefix = 3;

    /// <summary>The nearest name, or null when none is near or the word is itself one of them. Case is not looked at.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="candidates">The names that would have been right; the first 500 are looked at, and the first wins a tie.</param>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        string[] names = [.. candidates.Take(MaxCandidates)];
        return NearestSpelling(word, names) ?? OnlyPrefixed(word, names);
    }

    /// <summary>The sentence for a hint, <c>did you mean "base"?</c>, or null when no name is near.</summary>
    public static string? Hint(string word, IEnumerable<string> candidates) =>
        Nearest(word, candidates) is { } name ? $"did you mean {Quoted.Of(name)}?" : null;

    /// <summary>The name that a word differs from in a few letters, or null; beginnings do not count.</summary>
    internal static string? NearestSpelling(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > MaxWordLength)
            return null;
        string[] names = [.. candidates.Where(static c => c.Length is > 0 and <= MaxWordLength).Take(MaxCandidates)];
        string? best = null;
        int bestDistance = Tolerance(word.Length) + 1;
        foreach (string name in names)
        {
            if (string.Equals(name, word, StringComparison.OrdinalIgnoreCase))
                return null;
            if (Math.Abs(name.Length - word.Length) >= bestDistance)
                continue;
            int distance = Distance(word, name);
            if (distance < bestDistance && distance * 2 <= Math.Max(word.Length, name.Length))
                (best, bestDistance) = (name, distance);
        }
        return best;
    }

    /// <summary>Number of single edits between two words, case aside: insert, delete, replace, swap neighbours.</summary>
    internal static int Distance(string left, string right)
    {
        Span<int> beforeLast = stackalloc int[right.Length + 1];
        Span<int> last = stackalloc int[right.Length + 1];
        Span<int> current = stackalloc int[right.Length + 1];
        for (int j = 0; j <= right.Length; j++)
            last[j] = j;
        for (int i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= right.Length; j++)
                current[j] = Cheapest(left, right, i, j, new Rows(beforeLast, last, current));
            Span<int> spare = beforeLast;
            beforeLast = last;
            last = current;
            current = spare;
        }
        return last[right.Length];
    }

    private static int Cheapest(string left, string right, int i, int j, Rows rows)
    {
        int change = Same(left[i - 1], right[j - 1]) ? 0 : 1;
        int best = Math.Min(Math.Min(rows.Last[j] + 1, rows.Current[j - 1] + 1), rows.Last[j - 1] + change);
        bool swapped = i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]);
        return swapped ? Math.Min(best, rows.BeforeLast[j - 2] + 1) : best;
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);

    private static int Tolerance(int length) => length switch { <= 2 => 1, <= 7 => 2, _ => 3 };

    private static string? OnlyPrefixed(string word, string[] names)
    {
        if (word.Length > MaxWordLength || names.Contains(word, StringComparer.OrdinalIgnoreCase))
            return null;
        string[] fitting = [.. names.Where(n => Begins(n, word) || Begins(word, n)).Distinct(StringComparer.OrdinalIgnoreCase).Take(2)];
        return fitting is [string only] ? only : null;
    }

    private static bool Begins(string word, string prefix) =>
        prefix.Length >= MinPrefix && word.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);

    private readonly ref struct Rows(Span<int> beforeLast, Span<int> last, Span<int> current)
    {
        public Span<int> BeforeLast { get; } = beforeLast;

        public Span<int> Last { get; } = last;

        public Span<int> Current { get; } = current;
    }
}
