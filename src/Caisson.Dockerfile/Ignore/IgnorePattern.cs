using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Ignore;

/// <summary>One line of an ignore file.</summary>
/// <param name="Pattern">The pattern, cleaned: no leading or trailing slash, no <c>.</c> or <c>..</c>, without <c>!</c>.</param>
/// <param name="IsException">True for a line that begins with <c>!</c>: what matches is not ignored after all.</param>
/// <param name="Where">The line; null when the pattern stands in no file.</param>
public sealed record IgnorePattern(string Pattern, bool IsException, SourceSpan? Where)
{
    /// <summary>The line's number, counted from 1; 0 when the pattern stands in no file.</summary>
    public int Line => Where?.Line ?? 0;

    /// <summary>The pattern as a line.</summary>
    public override string ToString() => IsException ? "!" + Pattern : Pattern;

    /// <summary>Reads a pattern that stands in no file; null when it is blank. Unlike in a file, a leading slash is kept, and so matches nothing.</summary>
    internal static IgnorePattern? Read(string text)
    {
        string trimmed = text.Trim();
        if (trimmed.Length == 0)
            return null;
        string pattern = UnixPath.Clean(trimmed);
        return pattern[0] == '!' ? new IgnorePattern(pattern[1..], IsException: true, Where: null) : new IgnorePattern(pattern, IsException: false, Where: null);
    }

    /// <summary>Reads a line that is no comment; null when it is blank.</summary>
    internal static IgnorePattern? Read(string line, SourceSpan? where)
    {
        string text = line.Trim();
        bool isException = text.StartsWith('!');
        string pattern = isException ? text[1..].Trim() : text;
        if (text.Length == 0)
            return null;
        pattern = pattern.Length == 0 ? "" : UnixPath.Clean(pattern);
        if (isException)
            return new IgnorePattern(pattern.TrimStart('/'), isException, where);
        return new IgnorePattern(pattern.Length > 1 ? pattern.TrimStart('/').Trim() : pattern, isException, where);
    }
}
