namespace Caisson.Dockerfile.Linting;

/// <summary>How words are written.</summary>
internal static class Casing
{
    /// <summary>True when a word has no capital letter.</summary>
    public static bool IsLower(string word) => !word.Any(char.IsUpper);

    /// <summary>True when a word has no small letter.</summary>
    public static bool IsUpper(string word) => !word.Any(char.IsLower);
}
