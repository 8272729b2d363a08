using System.Text.Json;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Cli.Json;

/// <summary>Places and words of a syntax tree.</summary>
/// <remarks>Offsets are counted from 0 in UTF-16 code units, lines from 1, columns from 1 in characters; an end is behind the last character.</remarks>
internal static class SpanJson
{
    /// <summary>Writes <c>start</c> and <c>end</c>.</summary>
    public static void WriteSpan(this Utf8JsonWriter json, SourceSpan span)
    {
        WritePosition(json, "start", span.Source, span.Start);
        WritePosition(json, "end", span.Source, span.End);
    }

    /// <summary>Writes a word with its place; nothing when there is none.</summary>
    public static void WriteWord(this Utf8JsonWriter json, string name, Word? word)
    {
        if (word is null)
            return;
        json.WriteStartObject(name);
        json.WriteWordMembers(word);
        json.WriteEndObject();
    }

    /// <summary>Writes words with their places.</summary>
    public static void WriteWords(this Utf8JsonWriter json, string name, IEnumerable<Word> words) => json.WriteObjects(name, words, json.WriteWordMembers);

    /// <summary>Writes the members of a word: its text and its place.</summary>
    public static void WriteWordMembers(this Utf8JsonWriter json, Word word)
    {
        json.WriteString("text", word.Text);
        json.WriteSpan(word.Span);
    }

    private static void WritePosition(Utf8JsonWriter json, string name, SourceText source, int offset)
    {
        SourcePosition position = source.PositionOf(offset);
        json.WriteStartObject(name);
        json.WriteNumber("offset", offset);
        json.WriteNumber("line", position.Line);
        json.WriteNumber("column", position.Column);
        json.WriteEndObject();
    }
}
