using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Walks over the lines of a file.</summary>
internal sealed class LineCursor(SourceText source)
{
    private int _line = 1;

    public bool IsAtEnd => Position >= source.Text.Length;

    /// <summary>Offset of the next line.</summary>
    public int Position => _line == 1 ? source.ContentStart : _line > source.LineCount ? source.Text.Length : source.LineStart(_line);

    /// <summary>The next line; there must be one.</summary>
    public PhysicalLine Current
    {
        get
        {
            SourceSpan line = source.Line(_line);
            int contentStart = line.End - source.Text.AsSpan(line.Start, line.Length).TrimStart().Length;
            return new PhysicalLine(source, line.Start, contentStart, line.End, source.LineEnd(_line));
        }
    }

    public void Advance() => _line++;
}
