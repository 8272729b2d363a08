using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads instructions, one after the other: 1. its parts, 2. the documents that follow it, 3. what its parts mean.</summary>
internal sealed class InstructionReader(LineCursor lines, char escape, DiagnosticBag diagnostics)
{
    // The instruction above, which an unknown one may be a lost part of.
    private Instruction? _previous;

    /// <summary>Reads the instruction that a line holds.</summary>
    /// <param name="line">Its lines joined; the cursor stands behind them.</param>
    /// <param name="start">Where its element begins.</param>
    /// <param name="comments">The comments above it.</param>
    public Instruction Read(LogicalLine line, int start, ImmutableArray<Comment> comments)
    {
        InstructionHeader header = ReadHeader(line, start, comments);
        if (InstructionRules.Find(header.Keyword.Characters) is { } rule)
            return _previous = rule.Read(new InstructionRequest(header, rule, escape, diagnostics));
        UnknownInstruction.Report(header, _previous, escape, diagnostics);
        return _previous = new MalformedInstruction(header);
    }

    /// <summary>Keyword, flags and arguments of a line.</summary>
    public static InstructionHeader Split(Word line, char escape)
    {
        (Word keyword, ImmutableArray<Flag> flags, Word arguments) = Cut(line, escape);
        return new InstructionHeader(keyword, line) { Flags = flags, Arguments = arguments, Span = line.Span, FullSpan = line.Span };
    }

    private InstructionHeader ReadHeader(LogicalLine line, int start, ImmutableArray<Comment> comments)
    {
        (Word keyword, ImmutableArray<Flag> flags, Word arguments) = Cut(line.Text, escape);
        ImmutableArray<Heredoc> heredocs = ReadHeredocs(line.Text, keyword, arguments);
        SourceText source = line.Text.Source;
        int end = heredocs.IsEmpty ? line.Text.Span.End : Math.Max(heredocs[^1].Body.Span.End, heredocs[^1].Terminator.End);
        Comment? checks = comments.FirstOrDefault(IsCheck);
        return new InstructionHeader(keyword, line.Text)
        {
            Flags = flags,
            Arguments = arguments,
            Heredocs = heredocs,
            Comments = comments,
            InnerComments = line.InnerComments,
            EmptyContinuations = line.EmptyContinuations,
            Span = source.SpanOf(line.Text.Span.Start, end - line.Text.Span.Start),
            FullSpan = source.SpanOf(start, lines.Position - start),
            CheckComment = checks,
            Checks = checks is null ? null : ReadChecks(checks),
        };
    }

    private static (Word Keyword, ImmutableArray<Flag> Flags, Word Arguments) Cut(Word line, char escape)
    {
        int end = line.Characters.IndexOfAny(Words.Blanks);
        Word keyword = end < 0 ? line : line.Slice(0, end);
        (ImmutableArray<Flag> flags, Word arguments) = FlagLexer.Read(line, keyword.Length, escape);
        return (keyword, flags, arguments);
    }

    private ImmutableArray<Heredoc> ReadHeredocs(Word line, Word keyword, Word arguments)
    {
        if (!line.Characters.Contains("<<", StringComparison.Ordinal))
            return [];
        if (keyword.Characters.Equals("ONBUILD", StringComparison.OrdinalIgnoreCase) && !arguments.IsEmpty)
            (keyword, _, arguments) = Cut(arguments, escape);
        bool mayHave = InstructionRules.Find(keyword.Characters) is { TakesHeredocs: true }
            && JsonArray.Read(arguments) is not { Outcome: JsonOutcome.Strings };
        return mayHave ? HeredocReader.Read(line, lines, diagnostics) : [];
    }

    private static bool IsCheck(Comment comment)
    {
        ReadOnlySpan<char> text = comment.Span.Source.Text.AsSpan(comment.Span.Start + 1, comment.Span.Length - 1);
        int equals = text.IndexOf('=');
        return equals >= 0 && text[..equals].Trim().Equals("check", StringComparison.OrdinalIgnoreCase);
    }

    private static CheckOptions? ReadChecks(Comment comment) =>
        CheckOptions.TryParse(comment.CheckArgument, out CheckOptions? options, out _) ? options : null;
}
