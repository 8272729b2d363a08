using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>An instruction's lines joined to one.</summary>
/// <param name="Text">The joined text, without white space around it.</param>
/// <param name="InnerComments">Comment lines in between.</param>
/// <param name="EmptyContinuations">Blank lines in between.</param>
internal readonly record struct LogicalLine(Word Text, ImmutableArray<Comment> InnerComments, ImmutableArray<SourceSpan> EmptyContinuations)
{
    // Of an instruction of several lines.
    private const int UsualLength = 256;

    /// <summary>Reads the line that begins at the cursor and leaves the cursor behind it.</summary>
    public static LogicalLine Read(LineCursor cursor, char escape)
    {
        PhysicalLine line = cursor.Current;
        if (!Continues(line, line.ContentStart, escape, out _))
        {
            cursor.Advance();
            return new LogicalLine(Word.FromSource(line.ContentSpan).Trim(), [], []);
        }
        WordBuilder text = new(line.Source, line.ContentStart, UsualLength);
        var comments = ImmutableArray.CreateBuilder<Comment>(0);
        var empty = ImmutableArray.CreateBuilder<SourceSpan>(0);
        bool continues = Append(text, line, line.ContentStart, escape);
        for (cursor.Advance(); continues && !cursor.IsAtEnd; cursor.Advance())
        {
            line = cursor.Current;
            if (line.IsComment)
            {
                comments.Add(new Comment(line.FullSpan, line.ContentSpan));
            }
            else if (line.IsBlank)
            {
                empty.Add(line.FullSpan);
            }
            else
            {
                continues = Append(text, line, line.Start, escape);
            }
        }
        return new LogicalLine(text.ToWord().Trim(), comments.DrainToImmutable(), empty.DrainToImmutable());
    }

    /// <summary>Appends a line without its continuation; true when it has one.</summary>
    private static bool Append(WordBuilder text, PhysicalLine line, int start, char escape)
    {
        bool continues = Continues(line, start, escape, out ReadOnlySpan<char> content);
        text.Append(content, start);
        return continues;
    }

    // What the line says: without the escape that continues it, and the blanks behind that.
    private static bool Continues(PhysicalLine line, int start, char escape, out ReadOnlySpan<char> content)
    {
        content = line.Source.Text.AsSpan(start, line.End - start);
        ReadOnlySpan<char> trimmed = content.TrimEnd(" \t");
        bool continues = trimmed.EndsWith([escape]) && !trimmed.EndsWith([escape, escape]);
        content = continues ? trimmed[..^1] : content;
        return continues;
    }
}
