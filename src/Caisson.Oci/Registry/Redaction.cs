using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Caisson.Oci.Registry;

/// <summary>Makes text from outside fit for a message: no secret, no control characters, bounded.</summary>
internal static class Redaction
{
    private const int MaxTextLength = 500;
    private const int ShortestSecret = 4;

    /// <summary>An address without user name, query and fragment, where signatures and tokens are carried.</summary>
    public static string Of(Uri uri) =>
        uri.GetComponents(UriComponents.Scheme | UriComponents.Host | UriComponents.Port | UriComponents.Path, UriFormat.UriEscaped)
        + (uri.Query.Length > 0 ? "?…" : "");

    /// <summary>The words of a server: one line, at most 500 characters, without the secrets that it was given.</summary>
    public static string Of(string text, AuthenticationHeaderValue? sent)
    {
        StringBuilder clean = new();
        foreach (char c in WithoutSecrets(text.Length > 4 * MaxTextLength ? text[..(4 * MaxTextLength)] : text, sent))
            clean.Append(IsPlain(c) ? c : ' ');
        string line = clean.ToString().Trim();
        return line.Length > MaxTextLength ? line[..MaxTextLength] + "…" : line;
    }

    // Terminals act on controls, and on the marks that turn the writing direction.
    private static bool IsPlain(char c) => char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static string WithoutSecrets(string text, AuthenticationHeaderValue? sent)
    {
        foreach (string secret in SecretsOf(sent).Where(static s => s.Length >= ShortestSecret))
            text = text.Replace(secret, "…", StringComparison.Ordinal);
        return text;
    }

    private static IEnumerable<string> SecretsOf(AuthenticationHeaderValue? sent)
    {
        if (sent?.Parameter is not { } parameter)
            return [];
        byte[] decoded = new byte[parameter.Length];
        if (!sent.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) || !Convert.TryFromBase64String(parameter, decoded, out int count))
            return [parameter];
        string pair = Encoding.UTF8.GetString(decoded, 0, count);
        return [parameter, pair, pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..]];
    }
}
