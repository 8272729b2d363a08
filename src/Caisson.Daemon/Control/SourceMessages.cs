using System.Text;
using Caisson.Daemon.Proto.Llb;
using Caisson.Dockerfile.Source;
using Google.Protobuf;
using Range = Caisson.Daemon.Proto.Llb.Range;

namespace Caisson.Daemon.Control;

/// <summary>Places in Dockerfiles, as messages have them.</summary>
internal static class SourceMessages
{
    /// <summary>The text.</summary>
    public static SourceInfo InfoOf(SourceText source) => new() { Filename = source.Name, Data = ByteString.CopyFrom(source.Text, Encoding.UTF8), Language = "Dockerfile" };

    /// <summary>A stretch of it.</summary>
    public static Range RangeOf(SourceSpan span) => new() { Start = PositionOf(span.Source, span.Start), End = PositionOf(span.Source, span.End) };

    private static Position PositionOf(SourceText source, int offset)
    {
        int line = source.PositionOf(offset).Line;
        return new Position { Line = line, Character = offset - source.Line(line).Start };
    }
}
