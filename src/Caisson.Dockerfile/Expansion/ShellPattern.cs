using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Caisson.Dockerfile.Expansion;

/// <summary>A pattern of <c>${x#p}</c> and its kin: <c>*</c>, <c>?</c> and literal characters.</summary>
/// <remarks>
/// Matching walks the set of places that the pattern can be at, one character after the other: at most pattern times value steps
/// and no backtracking. Like the regular expressions of the original, <c>*</c> and <c>?</c> stop at a line feed.
/// </remarks>
internal sealed class ShellPattern
{
    private const int AnyRun = -1;
    private const int AnyOne = -2;
    private const int Nothing = -3;
    private const int LineFeed = '\n';

    private readonly int[] _tokens;
    private readonly int[] _marks;
    private List<int> _active = [];
    private List<int> _following = [];
    private int _generation;

    private ShellPattern(int[] tokens)
    {
        _tokens = tokens;
        _marks = new int[tokens.Length + 1];
    }

    /// <summary>Steps taken by this pattern so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Steps after which matching gives up, as if nothing matched.</summary>
    public required long MaxSteps { get; init; }

    public bool IsExhausted => Steps > MaxSteps;

    public static bool TryParse(string text, long maxSteps, [NotNullWhen(true)] out ShellPattern? pattern)
    {
        pattern = null;
        List<int> tokens = [];
        Rune[] runes = [.. text.EnumerateRunes()];
        for (int i = 0; i < runes.Length; i++)
        {
            int token = runes[i].Value switch { '*' => AnyRun, '?' => AnyOne, int other => other };
            if (token == '\\' && !TryReadEscape(runes, ref i, out token))
                return false;
            tokens.Add(token);
        }
        pattern = new ShellPattern([.. tokens]) { MaxSteps = maxSteps };
        return true;
    }

    /// <summary>The value without its shortest or longest beginning that matches.</summary>
    public string TrimStart(string value, bool longest)
    {
        int[] characters = Characters(value);
        int end = MatchEnd(characters, 0, longest);
        return end <= 0 ? value : Join(characters.AsSpan(end));
    }

    /// <summary>The value without its shortest or longest end that matches.</summary>
    public string TrimEnd(string value, bool longest)
    {
        int[] characters = Characters(value);
        Array.Reverse(characters);
        Array.Reverse(_tokens);
        int end = MatchEnd(characters, 0, longest);
        Array.Reverse(characters);
        return end <= 0 ? value : Join(characters.AsSpan(0, characters.Length - end));
    }

    /// <summary>The value with the first match, or every one, replaced; each match as long as it can be.</summary>
    public string Replace(string value, string replacement, bool all)
    {
        int[] characters = Characters(value);
        StringBuilder result = new();
        int copied = 0;
        int at = 0;
        while (at <= characters.Length && FindMatch(characters, at) is (int start, int end))
        {
            result.Append(Join(characters.AsSpan(copied, start - copied)));
            if (end > copied || start == 0)
                result.Append(replacement);
            copied = end;
            at = Math.Max(at + 1, end);
            if (!all || result.Length > MaxSteps)
                break;
        }
        return result.Append(Join(characters.AsSpan(copied))).ToString();
    }

    private static bool TryReadEscape(Rune[] runes, ref int i, out int token)
    {
        i++;
        token = i < runes.Length ? runes[i].Value : 0;
        // "}" and "/" are escaped for the sake of the braces around the pattern.
        return token is '*' or '?' or '\\' or '}' or '/';
    }

    private static int[] Characters(string value) => [.. value.EnumerateRunes().Select(static r => r.Value)];

    private static string Join(ReadOnlySpan<int> characters)
    {
        StringBuilder text = new(characters.Length);
        foreach (int character in characters)
            text.Append(new Rune(character).ToString());
        return text.ToString();
    }

    private (int Start, int End)? FindMatch(int[] characters, int from)
    {
        for (int start = from; start <= characters.Length && !IsExhausted; start++)
        {
            if (MatchEnd(characters, start, longest: true) is int end and >= 0)
                return (start, end);
        }
        return null;
    }

    /// <summary>Where a match from <paramref name="start"/> on ends, or -1.</summary>
    private int MatchEnd(int[] characters, int start, bool longest)
    {
        _active.Clear();
        _generation++;
        Enter(_active, 0);
        int best = -1;
        for (int at = start; ; at++)
        {
            if (_active.Count > 0 && _marks[_tokens.Length] == _generation)
                best = at;
            if ((best >= 0 && !longest) || at == characters.Length || _active.Count == 0 || IsExhausted)
                return IsExhausted ? -1 : best;
            Advance(characters[at]);
        }
    }

    private void Advance(int character)
    {
        _generation++;
        _following.Clear();
        Steps += _active.Count;
        foreach (int place in _active)
        {
            int token = place < _tokens.Length ? _tokens[place] : Nothing;
            if (token == AnyRun && character != LineFeed)
                Enter(_following, place);
            else if (token == character || (token == AnyOne && character != LineFeed))
                Enter(_following, place + 1);
        }
        (_active, _following) = (_following, _active);
    }

    // A place before "*" is also the place behind it: the run may be empty.
    private void Enter(List<int> places, int place)
    {
        while (_marks[place] != _generation)
        {
            _marks[place] = _generation;
            places.Add(place);
            if (place == _tokens.Length || _tokens[place] != AnyRun)
                return;
            place++;
        }
    }
}
