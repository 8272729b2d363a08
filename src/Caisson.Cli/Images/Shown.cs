using System.Globalization;
using System.Text;
using Caisson.Oci.Model;

namespace Caisson.Cli.Images;

/// <summary>Text of images as it can be shown: whoever made an image must not steer the terminal of who looks at it.</summary>
internal static class Shown
{
    private const int ShortLength = 12;

    /// <summary>One line; control characters are written out.</summary>
    public static string Line(string? text)
    {
        if (text is null)
            return "";
        StringBuilder? safe = null;
        for (int i = 0; i < text.Length; i++)
        {
            bool isBroken = char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])) && !(i > 0 && char.IsSurrogatePair(text[i - 1], text[i]));
            bool isUnsafe = char.IsControl(text[i]) || isBroken || CharUnicodeInfo.GetUnicodeCategory(text[i]) == UnicodeCategory.Format;
            if (isUnsafe && safe is null)
                safe = new StringBuilder(text, 0, i, text.Length + 8);
            if (isUnsafe)
                safe!.Append(text[i] switch { '\n' => "\\n", '\t' => "\\t", _ => $"\\u{(int)text[i]:x4}" }); // made just above
            else
                safe?.Append(text[i]);
        }
        return safe?.ToString() ?? text;
    }

    /// <summary>At most so many characters of one line.</summary>
    public static string Fit(string line, int? width) => width is { } most && line.Length > most ? line[..Math.Max(0, most - 1)] + "…" : line;

    /// <summary>A digest, shortened.</summary>
    public static string Short(Digest digest) => $"{digest.Algorithm}:{digest.Hex[..ShortLength]}";

    /// <summary>A media type without what all have in common.</summary>
    public static string Type(string mediaType) => Line(mediaType.StartsWith("application/", StringComparison.Ordinal) ? mediaType["application/".Length..] : mediaType);

    /// <summary>A number of things.</summary>
    public static string Count(int count, string one, string? many = null) => count == 1 ? $"1 {one}" : string.Create(CultureInfo.InvariantCulture, $"{count} {many ?? one + "s"}");
}
