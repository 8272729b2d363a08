using System.Text.Json;
using Caisson.Dockerfile.Source;

namespace Caisson.Engine.Answers;

/// <summary>Places as BuildKit's JSON has them: <c>sourceIndex</c> and <c>ranges</c> of <c>start</c> and <c>end</c>.</summary>
/// <remarks>
/// Lines are counted from 1. <c>character</c> is counted from 0 in UTF-16 code units, as editors do; <c>column</c>, which BuildKit lacks, from 1 in
/// characters, as diagnostics show it.
/// </remarks>
public sealed class LocationJson
{
    private readonly List<SourceText> _sources;

    /// <summary>Knows one text, the first of the sources.</summary>
    public LocationJson(SourceText first) => _sources = [first];

    /// <summary>Writes a place; nothing when there is none.</summary>
    public void Write(Utf8JsonWriter json, SourceSpan? where)
    {
        if (where is not { } span)
            return;
        json.WriteStartObject("location");
        if (IndexOf(span.Source) is int index and > 0)
            json.WriteNumber("sourceIndex", index);
        json.WriteStartArray("ranges");
        json.WriteStartObject();
        WritePosition(json, "start", span.Source, span.Start);
        WritePosition(json, "end", span.Source, span.End);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes the texts that places were written of: name and content.</summary>
    public void WriteSources(Utf8JsonWriter json) => json.WriteObjects("sources", _sources, source =>
    {
        json.WriteString("filename", source.Name);
        json.WriteString("language", "Dockerfile");
        json.WriteBase64String("data", System.Text.Encoding.UTF8.GetBytes(source.Text));
    });

    private static void WritePosition(Utf8JsonWriter json, string name, SourceText source, int offset)
    {
        SourcePosition position = source.PositionOf(offset);
        json.WriteStartObject(name);
        json.WriteNumber("line", position.Line);
        json.WriteNumber("character", offset - source.Line(position.Line).Start);
        json.WriteNumber("column", position.Column);
        json.WriteEndObject();
    }

    private int IndexOf(SourceText source)
    {
        int index = _sources.IndexOf(source);
        if (index >= 0)
            return index;
        _sources.Add(source);
        return _sources.Count - 1;
    }
}
