namespace Caisson.Engine.Steps;

/// <summary>
/// A pattern for one component of a path: <c>*</c> stands for any characters, <c>?</c> for one, <c>[a-z]</c> for one of a set, <c>[^a-z]</c> for one of
/// none of it, and a backslash takes the next character as it is.
/// </summary>
/// <remarks>The rules of Go's <c>filepath.Match</c>, which the Dockerfile reference names for COPY and ADD.</remarks>
internal sealed class NamePattern
{
    private readonly List<Part> _parts = [];

    private NamePattern()
    {
    }

    /// <summary>Whether a component has any character with a meaning.</summary>
    public static bool HasWildcard(string component)
    {
        for (int i = 0; i < component.Length; i++)
        {
            if (component[i] == '\\')
                i++;
            else if (component[i] is '*' or '?' or '[')
                return true;
        }
        return false;
    }

    /// <summary>A component without wildcards, its backslashes taken away.</summary>
    public static string Unescape(string component)
    {
        if (!component.Contains('\\', StringComparison.Ordinal))
            return component;
        System.Text.StringBuilder text = new();
        for (int i = 0; i < component.Length; i++)
            text.Append(component[i] == '\\' && i + 1 < component.Length ? component[++i] : component[i]);
        return text.ToString();
    }

    /// <summary>Reads a pattern; null when a set is not closed or is empty.</summary>
    public static NamePattern? TryParse(string pattern)
    {
        NamePattern parsed = new();
        for (int i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*':
                    parsed._parts.Add(Part.AnyText);
                    break;
                case '?':
                    parsed._parts.Add(Part.AnyCharacter);
                    break;
                case '[':
                    if (Part.ReadSet(pattern, ref i) is not { } set)
                        return null;
                    parsed._parts.Add(set);
                    break;
                case '\\' when i + 1 < pattern.Length:
                    parsed._parts.Add(Part.One(pattern[++i]));
                    break;
                default:
                    parsed._parts.Add(Part.One(pattern[i]));
                    break;
            }
        }
        return parsed;
    }

    /// <summary>Whether a name is one that the pattern stands for.</summary>
    public bool Matches(string name)
    {
        // A later star can do whatever an earlier one could by taking more, so only the last one is ever taken back.
        int part = 0;
        int position = 0;
        int starPart = -1;
        int starPosition = 0;
        while (position < name.Length)
        {
            if (part < _parts.Count && _parts[part].IsAnyText)
            {
                starPart = part++;
                starPosition = position;
            }
            else if (part < _parts.Count && _parts[part].Accepts(name[position]))
            {
                part++;
                position++;
            }
            else if (starPart >= 0)
            {
                part = starPart + 1;
                position = ++starPosition;
            }
            else
            {
                return false;
            }
        }
        while (part < _parts.Count && _parts[part].IsAnyText)
            part++;
        return part == _parts.Count;
    }

    private sealed record Part(bool IsAnyText, bool IsNegated, List<(char First, char Last)> Ranges)
    {
        public static Part AnyText { get; } = new(true, false, []);

        public static Part AnyCharacter { get; } = new(false, true, []);

        public static Part One(char c) => new(false, false, [(c, c)]);

        public bool Accepts(char c) => Ranges.Exists(r => r.First <= c && c <= r.Last) != IsNegated;

        // At the opening bracket; afterwards at the closing one.
        public static Part? ReadSet(string pattern, ref int i)
        {
            bool isNegated = i + 1 < pattern.Length && pattern[i + 1] == '^';
            if (isNegated)
                i++;
            List<(char First, char Last)> ranges = [];
            while (++i < pattern.Length)
            {
                if (pattern[i] == ']' && ranges.Count > 0)
                    return new Part(false, isNegated, ranges);
                if (ReadCharacter(pattern, ref i) is not { } first)
                    return null;
                char last = first;
                if (i + 2 < pattern.Length && pattern[i + 1] == '-')
                {
                    i += 2;
                    if (ReadCharacter(pattern, ref i) is not { } end)
                        return null;
                    last = end;
                }
                ranges.Add((first, last));
            }
            return null;
        }

        private static char? ReadCharacter(string pattern, ref int i)
        {
            if (pattern[i] == '\\')
                i++;
            return i < pattern.Length && pattern[i] is not (']' or '-') || (i > 0 && i < pattern.Length && pattern[i - 1] == '\\') ? pattern[i] : null;
        }
    }
}
