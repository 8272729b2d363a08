using System.Text;

namespace Caisson.Cli.Progress;

/// <summary>Text of strangers without what a terminal would take as a command.</summary>
internal static class PlainText
{
    /// <summary>The text without control sequences and control characters; tabs become blanks.</summary>
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\x1F') && !text.AsSpan().ContainsAnyInRange('\x7F', '\x9F'))
            return text;
        StringBuilder plain = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\t')
                plain.Append("    ");
            else if (text[i] == '\e')
                i = SkipSequence(text, i);
            else if (!char.IsControl(text[i]))
                plain.Append(text[i]);
        }
        return plain.ToString();
    }

    // ECMA-48: "ESC [" parameters and a final character; other sequences are one character long.
    private static int SkipSequence(string text, int escape)
    {
        int i = escape + 1;
        if (i >= text.Length || text[i] != '[')
            return i;
        do
            i++;
        while (i < text.Length && text[i] is < '@' or > '~');
        return i;
    }
}
