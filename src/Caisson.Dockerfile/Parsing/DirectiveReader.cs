using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads <c># name=value</c>.</summary>
internal static class DirectiveReader
{
    /// <summary>The directive that a comment is, or null when it is only a comment.</summary>
    public static Directive? Read(PhysicalLine line, string marker = "#")
    {
        ReadOnlySpan<char> content = line.Source.Text.AsSpan(line.ContentStart, line.End - line.ContentStart);
        if (!content.StartsWith(marker))
            return null;
        int start = line.End - content[marker.Length..].TrimStart().Length;
        ReadOnlySpan<char> text = line.Source.Text.AsSpan(start, line.End - start);
        int equals = text.IndexOf('=');
        ReadOnlySpan<char> name = equals < 0 ? [] : text[..equals].TrimEnd();
        ReadOnlySpan<char> value = equals < 0 ? [] : text[(equals + 1)..].Trim();
        if (KindOf(name) is not { } kind || value.IsEmpty)
            return null;
        int valueStart = start + equals + 1 + (text.Length - equals - 1 - text[(equals + 1)..].TrimStart().Length);
        Word nameWord = Word.FromSource(line.Source.SpanOf(start, name.Length));
        Word valueWord = Word.FromSource(line.Source.SpanOf(valueStart, value.Length));
        return new Directive(line.FullSpan, kind, nameWord, valueWord);
    }

    private static DirectiveKind? KindOf(ReadOnlySpan<char> name)
    {
        if (name.Equals("syntax", StringComparison.OrdinalIgnoreCase))
            return DirectiveKind.Syntax;
        if (name.Equals("escape", StringComparison.OrdinalIgnoreCase))
            return DirectiveKind.Escape;
        return name.Equals("check", StringComparison.OrdinalIgnoreCase) ? DirectiveKind.Check : null;
    }
}
