using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Parsing;

/// <summary>A line of the file.</summary>
/// <param name="Source">The file.</param>
/// <param name="Start">Offset of the first character, behind a byte-order mark.</param>
/// <param name="ContentStart">Offset of the first character that is not white space.</param>
/// <param name="End">Offset behind the last character before the line end.</param>
/// <param name="FullEnd">Offset behind the line end.</param>
internal readonly record struct PhysicalLine(SourceText Source, int Start, int ContentStart, int End, int FullEnd)
{
    public ReadOnlySpan<char> Text => Source.Text.AsSpan(Start, End - Start);

    public bool IsBlank => ContentStart == End;

    public bool IsComment => ContentStart < End && Source.Text[ContentStart] == '#';

    public SourceSpan FullSpan => new(Source, Start, FullEnd - Start);

    public SourceSpan ContentSpan => new(Source, ContentStart, End - ContentStart);
}
