using System.Text.Json;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Finds out which implementation of the language a file asks for, whatever language it is written in.</summary>
public static class SyntaxDetector
{
    /// <summary>
    /// The value of <c># syntax=…</c>, of <c>// syntax=…</c>, or of <c>"syntax"</c> in a JSON object, up to its first blank; null without
    /// one. A byte-order mark and a first line that begins with <c>#!</c> are passed over.
    /// </summary>
    public static string? Detect(SourceText source) => FindDirective(source, "#") ?? FindDirective(source, "//") ?? FindInJson(source);

    /// <summary>Where the value that <see cref="Detect"/> returns stands; null without one.</summary>
    public static SourceSpan? Locate(SourceText source) =>
        Detect(source) is { Length: > 0 } value && source.Text.IndexOf(value, StringComparison.Ordinal) is int at and >= 0 ? source.SpanOf(at, value.Length) : null;

    private static string? FindDirective(SourceText source, string marker)
    {
        LineCursor lines = new(source);
        if (!lines.IsAtEnd && lines.Current.Text.StartsWith("#!"))
            lines.Advance();
        for (; !lines.IsAtEnd; lines.Advance())
        {
            Directive? directive = DirectiveReader.Read(lines.Current, marker);
            if (directive is null or { Kind: DirectiveKind.Syntax })
                return directive?.Argument;
        }
        return null;
    }

    private static string? FindInJson(SourceText source)
    {
        string text = source.Text[source.ContentStart..];
        int line = text.StartsWith("#!", StringComparison.Ordinal) ? text.IndexOf('\n', StringComparison.Ordinal) + 1 : 0;
        if (text.Length > SourceText.MaxSize || !text.AsSpan(line).TrimStart().StartsWith("{"))
            return null;
        try
        {
            using JsonDocument json = JsonDocument.Parse(text.AsMemory(line));
            bool isGiven = json.RootElement.TryGetProperty("syntax", out JsonElement value) && value.ValueKind == JsonValueKind.String;
            return isGiven ? value.GetString()?.Split(' ', 2)[0] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
