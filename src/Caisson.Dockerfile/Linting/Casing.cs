namespace Caisson.Dockerfile.Linting;

/// <summary>How keywords are written; they are ASCII.</summary>
internal static class Casing
{
    /// <summary>True when a word has no capital letter.</summary>
    public static bool IsLower(ReadOnlySpan<char> word) => !word.ContainsAnyInRange('A', 'Z');

    /// <summary>True when a word has no small letter.</summary>
    public static bool IsUpper(ReadOnlySpan<char> word) => !word.ContainsAnyInRange('a', 'z');
}
