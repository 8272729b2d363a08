namespace Caisson.Dockerfile.Parsing;

/// <summary>Follows single and double quotes through a text.</summary>
internal static class Quoting
{
    /// <summary>The quote that is open behind a character; NUL for none.</summary>
    /// <param name="quote">The quote that is open before it.</param>
    /// <param name="character">The character, not escaped.</param>
    public static char After(char quote, char character) => (quote, character) switch
    {
        ('\0', '\'' or '"') => character,
        _ when quote == character => '\0',
        _ => quote,
    };
}
