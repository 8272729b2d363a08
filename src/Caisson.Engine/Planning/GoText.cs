using System.Globalization;
using System.Text;

namespace Caisson.Engine.Planning;

/// <summary>Text as programs in Go write it, where others read what we write with them in mind.</summary>
public static class GoText
{
    private const string Escaped = "\a\b\f\n\r\t\v\"\\";
    private const string Letters = "abfnrtv\"\\";

    /// <summary>A string in double quotes, with escapes.</summary>
    /// <remarks>Go, strconv.Quote.</remarks>
    public static string Quote(string text)
    {
        StringBuilder quoted = new(text.Length + 2);
        quoted.Append('"');
        foreach (char c in text)
        {
            if (Escaped.IndexOf(c, StringComparison.Ordinal) is >= 0 and int i)
                quoted.Append('\\').Append(Letters[i]);
            else if (c is < ' ' or '\x7F')
                quoted.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else
                quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }
}
