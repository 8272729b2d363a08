using System.Collections.Immutable;
using System.Text;

namespace Caisson.Dockerfile.Expansion;

/// <summary>Splits a text into words while it is being expanded: at white space that was not quoted.</summary>
internal sealed class WordSplitter
{
    private readonly ImmutableArray<SplitWord>.Builder _words = ImmutableArray.CreateBuilder<SplitWord>();
    private readonly StringBuilder _current = new();
    private int _start = -1;
    private int _end;

    /// <summary>Adds text that splits; it was made from the stretch between the two offsets.</summary>
    public void Add(string text, int start, int end)
    {
        foreach (char c in text)
        {
            if (!char.IsWhiteSpace(c))
                AddQuoted(c, start, end);
            else if (_current.Length > 0)
                Flush();
        }
    }

    /// <summary>Adds text whose white space belongs to its word.</summary>
    public void AddQuoted(string text, int start, int end)
    {
        Extend(start, end);
        _current.Append(text);
    }

    public void AddQuoted(char character, int start, int end)
    {
        Extend(start, end);
        _current.Append(character);
    }

    public ImmutableArray<SplitWord> ToImmutable()
    {
        if (_current.Length > 0)
            Flush();
        return _words.ToImmutable();
    }

    private void Extend(int start, int end)
    {
        _start = _start < 0 ? start : _start;
        _end = end;
    }

    private void Flush()
    {
        _words.Add(new SplitWord(_current.ToString(), _start, _end));
        _current.Clear();
        _start = -1;
    }
}
