using System.Globalization;
using System.Text;

namespace Caisson.Dockerfile.Source;

/// <summary>Puts a user's text into a message: in quotes, on one line, not longer than a reader can take.</summary>
internal static class Quoted
{
    private const int MaxLength = 80;

    public static string Of(ReadOnlySpan<char> text) => $"\"{Plain(text)}\"";

    /// <summary>The same without quotes, for a text that is a sentence of its own.</summary>
    public static string Plain(ReadOnlySpan<char> text)
    {
        StringBuilder plain = new();
        ReadOnlySpan<char> shown = text.Length > MaxLength ? text[..MaxLength] : text;
        foreach (Rune rune in shown.EnumerateRunes())
            plain.Append(Printable(rune));
        return plain.Append(text.Length > MaxLength ? "…" : "").ToString();
    }

    private static string Printable(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            => string.Create(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
        _ => rune.ToString(),
    };
}
