using System.Collections.Immutable;
using System.Text;

namespace Caisson.Dockerfile.Source;

/// <summary>The text of one file and where its lines begin. Immutable.</summary>
/// <remarks>Lines end in a line feed; carriage returns before it belong to the end. A byte-order mark is kept and not counted.</remarks>
public sealed class SourceText
{
    /// <summary>The largest file that is read, in bytes; characters where the text is given as such.</summary>
    public const int MaxSize = 1024 * 1024;

    private const char ByteOrderMark = '\uFEFF';
    private readonly ImmutableArray<int> _lineStarts;

    // Offsets of characters that take two code units: what makes a column differ from an offset.
    private readonly ImmutableArray<int> _pairs;

    /// <summary>Wraps a text that was read already.</summary>
    /// <param name="name">The name shown in diagnostics, usually the path as the user wrote it.</param>
    /// <param name="text">The whole text, line ends and byte-order mark included.</param>
    public SourceText(string name, string text)
        : this(name, text, [])
    {
    }

    private SourceText(string name, string text, ImmutableArray<Diagnostic> faults)
    {
        Name = name;
        Text = text;
        _lineStarts = FindLines(text);
        _pairs = FindPairs(text);
        Faults = faults;
    }

    /// <summary>The name shown in diagnostics.</summary>
    public string Name { get; }

    /// <summary>The whole text.</summary>
    public string Text { get; }

    /// <summary>Number of lines; the empty text has one, and so has the place behind a last line feed.</summary>
    public int LineCount => _lineStarts.Length;

    /// <summary>The whole text as a span.</summary>
    public SourceSpan Span => new(this, 0, Text.Length);

    /// <summary>What was wrong with the bytes that the text was made of; parsers pass it on.</summary>
    public ImmutableArray<Diagnostic> Faults { get; private init; }

    internal static SourceText Empty { get; } = new("", "");

    /// <summary>Offset of the first character that is not a byte-order mark.</summary>
    internal int ContentStart => Text.StartsWith(ByteOrderMark) ? 1 : 0;

    /// <summary>Decodes a file; what is not text is replaced and reported in <see cref="Faults"/>.</summary>
    /// <param name="name">The name shown in diagnostics.</param>
    /// <param name="bytes">UTF-8, with or without a byte-order mark; beyond <see cref="MaxSize"/> nothing is read.</param>
    public static SourceText FromBytes(string name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxSize)
            return new SourceText(name, "", [TooLarge(null)]);
        SourceText plain = new(name, Encoding.UTF8.GetString(bytes));
        ImmutableArray<SourceFault> faults = SourceFault.Find(bytes);
        return faults.IsEmpty ? plain : plain.WithFaults(faults);
    }

    /// <summary>A stretch of the text.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The stretch leaves the text.</exception>
    public SourceSpan SpanOf(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start, (uint)Text.Length, nameof(start));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)(Text.Length - start), nameof(length));
        return new SourceSpan(this, start, length);
    }

    /// <summary>Line and column of an offset; an offset behind the end gives the place behind the last character.</summary>
    public SourcePosition PositionOf(int offset)
    {
        offset = Math.Clamp(offset, 0, Text.Length);
        int line = LineAt(offset);
        int start = Math.Max(_lineStarts[line - 1], ContentStart);
        int pairs = PairsBefore(offset) - PairsBefore(start);
        return new SourcePosition(line, Math.Max(0, offset - start) - pairs + 1);
    }

    /// <summary>The line, counted from 1, without its end and without a byte-order mark.</summary>
    public SourceSpan Line(int line)
    {
        int start = line == 1 ? ContentStart : _lineStarts[line - 1];
        int end = LineEnd(line);
        while (end > start && Text[end - 1] is '\n' or '\r')
            end--;
        return new SourceSpan(this, start, end - start);
    }

    /// <summary>Number, counted from 1, of the line that holds an offset.</summary>
    internal int LineAt(int offset)
    {
        int found = _lineStarts.BinarySearch(offset);
        return found >= 0 ? found + 1 : ~found;
    }

    /// <summary>Offset of the first character of a line, a byte-order mark included.</summary>
    internal int LineStart(int line) => _lineStarts[line - 1];

    /// <summary>Offset behind the line feed of a line.</summary>
    internal int LineEnd(int line) => line < LineCount ? _lineStarts[line] : Text.Length;

    internal static Diagnostic TooLarge(SourceSpan? where) => new(
        DiagnosticCodes.TextTooLarge, Severity.Error, $"the file has more than {MaxSize} bytes, and no more are read", where);

    private static ImmutableArray<int> FindLines(string text)
    {
        var starts = ImmutableArray.CreateBuilder<int>(text.AsSpan().Count('\n') + 1);
        starts.Add(0);
        for (int at = text.IndexOf('\n', StringComparison.Ordinal); at >= 0; at = text.IndexOf('\n', at + 1))
            starts.Add(at + 1);
        return starts.MoveToImmutable();
    }

    private static ImmutableArray<int> FindPairs(string text)
    {
        int at = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDBFF');
        if (at < 0)
            return [];
        var pairs = ImmutableArray.CreateBuilder<int>();
        for (; at < text.Length - 1; at++)
        {
            if (char.IsSurrogatePair(text[at], text[at + 1]))
                pairs.Add(at);
        }
        return pairs.DrainToImmutable();
    }

    private int PairsBefore(int offset)
    {
        if (_pairs.IsEmpty)
            return 0;
        int found = _pairs.BinarySearch(offset);
        return found >= 0 ? found : ~found;
    }

    private SourceText WithFaults(ImmutableArray<SourceFault> faults)
    {
        SourceText text = new(Name, Text);
        return new SourceText(Name, Text, [.. faults.Select(f => f.ToDiagnostic(text))]);
    }
}
