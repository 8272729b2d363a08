using System.Collections.Immutable;

namespace Caisson.Dockerfile.Ignore;

/// <summary>Reads a pattern into its states.</summary>
internal sealed class GlobParser(string pattern)
{
    private readonly ImmutableArray<GlobState>.Builder _states = ImmutableArray.CreateBuilder<GlobState>();
    private int _at;

    /// <summary>How the pattern is to be matched.</summary>
    public GlobKind Kind { get; private set; } = GlobKind.Exact;

    /// <summary>Why the pattern cannot be read; null when it can.</summary>
    public string? Problem { get; private set; }

    private bool IsAtEnd => _at >= pattern.Length;

    public ImmutableArray<GlobState> Read()
    {
        while (!IsAtEnd && Problem is null)
            ReadPart(pattern[_at++]);
        return _states.ToImmutable();
    }

    private void ReadPart(char c)
    {
        switch (c)
        {
            case '*' when !IsAtEnd && pattern[_at] == '*':
                ReadDeep(isFirst: _at == 1);
                break;
            case '*':
                Add(new GlobState(GlobState.Step.Run));
                break;
            case '?':
                Add(new GlobState(GlobState.Step.AnyOne));
                break;
            case '[':
                ReadClass();
                break;
            case '\\' when IsAtEnd:
                Problem = "nothing follows the last backslash";
                break;
            case '\\':
                Add(new GlobState(GlobState.Step.Literal, pattern[_at++]));
                break;
            default:
                _states.Add(new GlobState(GlobState.Step.Literal, c));
                break;
        }
    }

    private void Add(GlobState state)
    {
        _states.Add(state);
        Kind = GlobKind.States;
    }

    // A "**" at the beginning or at the end of an otherwise plain pattern compares text; so does the original, and so
    // "**foo" matches "barfoo" while "**fo?" does not.
    private void ReadDeep(bool isFirst)
    {
        _at++;
        _at += !IsAtEnd && pattern[_at] == '/' ? 1 : 0;
        GlobKind before = Kind;
        if (IsAtEnd)
        {
            Add(new GlobState(GlobState.Step.Rest));
            Kind = before == GlobKind.Exact ? GlobKind.Prefix : GlobKind.States;
        }
        else
        {
            Add(new GlobState(GlobState.Step.Deep));
            Add(new GlobState(GlobState.Step.DeepWalk));
        }
        Kind = isFirst ? GlobKind.Suffix : Kind;
    }

    private void ReadClass()
    {
        bool isOther = !IsAtEnd && pattern[_at] == '^';
        _at += isOther ? 1 : 0;
        var ranges = ImmutableArray.CreateBuilder<(char First, char Last)>();
        while (!IsAtEnd && (pattern[_at] != ']' || ranges.Count == 0) && Problem is null)
            ReadRange(ranges);
        if (IsAtEnd || Problem is not null)
        {
            Problem ??= "\"[\" is not closed by \"]\"";
            return;
        }
        _at++;
        Add(new GlobState(isOther ? GlobState.Step.OtherClass : GlobState.Step.Class, Ranges: ranges.ToImmutable()));
    }

    private void ReadRange(ImmutableArray<(char First, char Last)>.Builder ranges)
    {
        char? first = ReadMember();
        char? last = first;
        if (!IsAtEnd && pattern[_at] == '-')
        {
            _at++;
            last = ReadMember();
        }
        if (first is null || last is null)
            Problem ??= "a character is missing between \"[\" and \"]\"";
        else if (first > last)
            Problem ??= $"the range {first}-{last} is empty";
        else
            ranges.Add((first.Value, last.Value));
    }

    private char? ReadMember()
    {
        if (IsAtEnd || pattern[_at] is ']' or '-')
            return null;
        _at += pattern[_at] == '\\' ? 1 : 0;
        return IsAtEnd ? null : pattern[_at++];
    }
}
