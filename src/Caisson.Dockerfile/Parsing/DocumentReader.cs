using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads a file from top to bottom: 1. its directives, 2. instructions, comments and blank lines in turn.</summary>
internal sealed class DocumentReader(SourceText source, ParserLimits limits, DiagnosticBag diagnostics)
{
    private readonly LineCursor _lines = new(source);
    private readonly ImmutableArray<SyntaxElement>.Builder _elements = ImmutableArray.CreateBuilder<SyntaxElement>();
    private readonly List<Comment> _comments = [];
    private readonly HashSet<DirectiveKind> _seen = [];
    private CheckOptions _checks = CheckOptions.None;
    private InstructionReader? _instructions;
    private char _escape = '\\';
    private int _count;
    private bool _hasShebang;

    public DockerfileDocument Read()
    {
        if (NulOf(source) is { } nul)
            Refuse(nul);
        else if (source.Text.Length > limits.MaxLength)
            Refuse(SourceText.TooLarge(null));
        CheckLineLengths();
        bool mayBeDirective = true;
        while (!_lines.IsAtEnd)
        {
            mayBeDirective = mayBeDirective && ReadDirective();
            if (!mayBeDirective && !_lines.IsAtEnd)
                ReadElement();
        }
        ReportFaults();
        return new DockerfileDocument(source, _elements.ToImmutable(), _escape) { Checks = _checks };
    }

    private void Refuse(Diagnostic reason)
    {
        diagnostics.Add(reason);
        _elements.Add(new UnreadText(source.SpanOf(_lines.Position, source.Text.Length - _lines.Position)));
        while (!_lines.IsAtEnd)
            _lines.Advance();
    }

    private void CheckLineLengths()
    {
        for (int line = 1; line <= source.LineCount && !_lines.IsAtEnd; line++)
        {
            if (source.Line(line) is { } span && span.Length > limits.MaxLineLength)
            {
                string message = $"the line has {span.Length} characters; at most {limits.MaxLineLength} are read";
                diagnostics.Error(DiagnosticCodes.LineTooLong, source.SpanOf(span.Start, 1), message, "break it with a continuation");
                return;
            }
        }
    }

    /// <summary>Reads one line of the top as a directive; false when it is none, and so no later one can be.</summary>
    private bool ReadDirective()
    {
        PhysicalLine line = _lines.Current;
        bool isShebang = _lines.Position == source.ContentStart && line.Text.StartsWith("#!");
        _hasShebang |= isShebang;
        Directive? directive = isShebang ? null : DirectiveReader.Read(line);
        if (isShebang || (_hasShebang && directive?.Kind == DirectiveKind.Escape))
            SkipTop(line, directive);
        else if (directive is null)
            return false;
        else
            Accept(directive);
        _lines.Advance();
        return true;
    }

    // For BuildKit a line for the kernel ends the place of escape, and of no other directive.
    private void SkipTop(PhysicalLine line, Directive? escape)
    {
        _elements.Add(new Comment(line.FullSpan, line.ContentSpan));
        if (escape is not null)
            WarnOfLateDirective(escape);
    }

    private void Accept(Directive directive)
    {
        _elements.Add(directive);
        string name = directive.Name.Text.ToLowerInvariant();
        if (!_seen.Add(directive.Kind))
            diagnostics.Error(
                DiagnosticCodes.DuplicateDirective, directive.Name.Span, $"the directive {name} is given twice", "keep one of them");
        else if (directive.Kind == DirectiveKind.Escape)
            AcceptEscape(directive.Value);
        else if (directive.Kind == DirectiveKind.Check)
            AcceptChecks(directive);
    }

    private void AcceptEscape(Word value)
    {
        if (value.Text is "\\" or "`")
            _escape = value.Text[0];
        else
            diagnostics.Error(
                DiagnosticCodes.BadEscapeDirective, value.Span, $"{Quoted.Of(value.Text)} cannot be the escape character", "it is \\ or `");
    }

    private void AcceptChecks(Directive directive)
    {
        if (CheckOptions.TryParse(directive.Argument, out CheckOptions? options, out string? problem))
            _checks = options;
        else
            diagnostics.Error(DiagnosticCodes.BadCheckDirective, directive.Value.Span, $"the check directive cannot be read: {problem}");
    }

    private void ReadElement()
    {
        PhysicalLine line = _lines.Current;
        if (line.IsBlank)
            ReadBlankLines();
        else if (line.IsComment)
            ReadComment(line);
        else if (_count++ < limits.MaxInstructions)
            ReadInstruction();
        else
            Refuse(TooMany(line.ContentSpan));
    }

    private Diagnostic TooMany(SourceSpan where) => new(
        DiagnosticCodes.TooManyInstructions, Severity.Error, $"the file has more than {limits.MaxInstructions} instructions", where);

    private void ReadBlankLines()
    {
        SourceSpan span = _lines.Current.FullSpan;
        for (_lines.Advance(); !_lines.IsAtEnd && _lines.Current.IsBlank; _lines.Advance())
            span = span.To(_lines.Current.FullSpan);
        _elements.Add(new BlankLines(span));
    }

    private void ReadComment(PhysicalLine line)
    {
        Comment comment = new(line.FullSpan, line.ContentSpan);
        _elements.Add(comment);
        _lines.Advance();
        if (comment.Span.Length == 1 || comment.Text.Length == 0)
            _comments.Clear();
        else
            _comments.Add(comment);
        if (_instructions is null && DirectiveReader.Read(line) is { Kind: not DirectiveKind.Check } late)
            WarnOfLateDirective(late);
    }

    private void WarnOfLateDirective(Directive late) => diagnostics.Warn(
        DiagnosticCodes.LateDirective,
        late.Name.Span,
        $"{late.Name.Text.ToLowerInvariant()} is only a comment here",
        "parser directives stand at the very top, before other comments and blank lines");

    private void ReadInstruction()
    {
        int start = _lines.Position;
        LogicalLine line = LogicalLine.Read(_lines, _escape);
        _instructions ??= new InstructionReader(_lines, _escape, diagnostics);
        _elements.Add(_instructions.Read(line, start, [.. _comments]));
        _comments.Clear();
    }

    /// <summary>Passes on what was wrong with the bytes; in a comment it does no harm.</summary>
    private void ReportFaults()
    {
        if (source.Faults.IsEmpty || NulOf(source) is not null)
            return;
        SourceSpan[] comments = [.. _elements.SelectMany(CommentsIn)];
        foreach (Diagnostic fault in source.Faults)
        {
            bool isHarmless = fault is { Code: DiagnosticCodes.BrokenUtf8, Where: { } where }
                && comments.Any(c => c.Start <= where.Start && where.End <= c.End);
            diagnostics.Add(isHarmless ? fault with { Severity = Severity.Warning } : fault);
        }
    }

    // Programs and archives begin with one. Who gives them in the place of a Dockerfile is told that, and not what their bytes would mean.
    private static Diagnostic? NulOf(SourceText source) =>
        source.Faults.FirstOrDefault(static f => f is { Code: DiagnosticCodes.NulCharacter, Where.Line: 1 });

    private static IEnumerable<SourceSpan> CommentsIn(SyntaxElement element) => element switch
    {
        Comment comment => [comment.Span],
        Instruction instruction => instruction.Header.InnerComments.Select(static c => c.Span),
        _ => [],
    };
}
