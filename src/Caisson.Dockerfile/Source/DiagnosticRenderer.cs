using System.Globalization;
using System.Text;

namespace Caisson.Dockerfile.Source;

/// <summary>Writes a diagnostic the way users read it. Control characters of the text never reach the terminal.</summary>
internal static class DiagnosticRenderer
{
    private const int MaxExcerpt = 160;
    private const int Lead = 40;

    public static string Render(Diagnostic diagnostic)
    {
        StringBuilder text = new();
        if (diagnostic.Where is { } place)
            text.Append(place.ToString()).Append(": ");
        text.Append(diagnostic.Severity == Severity.Error ? "error" : "warning").Append(' ').Append(diagnostic.Code).Append(": ");
        AppendPrintable(text, diagnostic.Message);
        if (diagnostic.Where is { } where && where.Source.Text.Length > 0)
            AppendExcerpt(text, where);
        if (diagnostic.Hint is { } hint)
            AppendPrintable(text.Append("\n  hint: "), hint);
        return text.ToString();
    }

    private static void AppendExcerpt(StringBuilder text, SourceSpan where)
    {
        SourcePosition position = where.Source.PositionOf(where.Start);
        SourceSpan line = where.Source.Line(position.Line);
        int start = Math.Clamp(where.Start, line.Start, line.End);
        int from = line.Length <= MaxExcerpt ? line.Start : Math.Max(line.Start, start - Lead);
        int to = Math.Min(line.End, from + MaxExcerpt);
        int end = Math.Clamp(where.End, start, to);

        string number = position.Line.ToString(CultureInfo.InvariantCulture).PadLeft(5);
        text.Append('\n').Append(number).Append(" | ").Append(from > line.Start ? "…" : "");
        AppendPrintable(text, AddressCredentials.Mask(line.Text).AsSpan(from - line.Start, to - from));
        text.Append(to < line.End ? "…" : "");
        text.Append('\n').Append(' ', number.Length).Append(" | ").Append(from > line.Start ? " " : "");
        AppendMargin(text, where.Source.Text.AsSpan(from, start - from));
        text.Append('^', Math.Max(1, CountRunes(where.Source.Text.AsSpan(start, end - start))));
    }

    private static void AppendPrintable(StringBuilder text, ReadOnlySpan<char> excerpt)
    {
        foreach (Rune rune in excerpt.EnumerateRunes())
            text.Append(IsHarmless(rune) ? rune.ToString() : "\uFFFD");
    }

    private static bool IsHarmless(Rune rune) =>
        rune.Value is '\t' or '\n' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format);

    // Tabs stay tabs, so that the mark stands below its word whatever width the terminal gives them.
    private static void AppendMargin(StringBuilder text, ReadOnlySpan<char> before)
    {
        foreach (Rune rune in before.EnumerateRunes())
            text.Append(rune.Value == '\t' ? '\t' : ' ');
    }

    private static int CountRunes(ReadOnlySpan<char> marked)
    {
        int count = 0;
        foreach (Rune _ in marked.EnumerateRunes())
            count++;
        return count;
    }
}
