using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Caisson.Dockerfile.Ignore;

/// <summary>A compiled pattern. Immutable and thread-safe.</summary>
/// <remarks>
/// A pattern with wildcards becomes a row of states; matching keeps the set of states that the pattern can be in, one bit each,
/// and goes over the path once. The work is at most path times pattern, whatever the pattern.
/// </remarks>
internal sealed class IgnoreGlob
{
    private const int BitsPerWord = 64;

    private readonly ImmutableArray<GlobState> _states;
    private readonly string _text;
    private readonly string _ending;
    private readonly int _depth;

    private IgnoreGlob(string pattern, GlobKind kind, ImmutableArray<GlobState> states)
    {
        Kind = kind;
        _states = states;
        _text = kind switch { GlobKind.Prefix => pattern[..^2], GlobKind.Suffix => pattern[2..], _ => pattern };
        _ending = LiteralEnding(states);
        First = states.Length > 0 && states[0].Kind == GlobState.Step.Literal ? states[0].Literal : null;
        Last = _ending.Length > 0 ? _ending[^1] : null;
        _depth = DepthOf(states);
    }

    public GlobKind Kind { get; }

    /// <summary>The text to compare with: the whole pattern, or what stands before or behind its <c>**</c>.</summary>
    public string Text => _text;

    /// <summary>The character that every matching path begins with; null when there is no such.</summary>
    public char? First { get; }

    /// <summary>The character that every matching path ends with; null when there is no such.</summary>
    public char? Last { get; }

    public static bool TryParse(string pattern, [NotNullWhen(true)] out IgnoreGlob? glob, [NotNullWhen(false)] out string? problem)
    {
        GlobParser parser = new(pattern);
        ImmutableArray<GlobState> states = parser.Read();
        problem = pattern.Length == 0 ? "it is empty" : parser.Problem;
        glob = problem is null ? new IgnoreGlob(pattern, parser.Kind, states) : null;
        return glob is not null;
    }

    /// <summary>True when the whole path matches.</summary>
    /// <param name="path">Relative, with slashes.</param>
    /// <param name="depth">Number of slashes in the path.</param>
    public bool IsMatch(ReadOnlySpan<char> path, int depth) => Kind switch
    {
        GlobKind.Exact => path.SequenceEqual(_text),
        GlobKind.Prefix => path.StartsWith(_text),
        GlobKind.Suffix => path.EndsWith(_text) || (_text.Length > 0 && _text[0] == '/' && path.SequenceEqual(_text.AsSpan(1))),
        _ => (_depth < 0 || _depth == depth) && path.EndsWith(_ending) && Follow(path, behind: default),
    };

    /// <summary>True when a path below a directory could match.</summary>
    public bool CanMatchBelow(ReadOnlySpan<char> directory) => Kind switch
    {
        GlobKind.Exact => IsBelow(_text, directory),
        GlobKind.Prefix => IsBelow(_text, directory) || directory.StartsWith(_text.AsSpan().TrimEnd('/')),
        GlobKind.Suffix => true,
        _ => Follow(directory, behind: "/"),
    };

    private static bool IsBelow(ReadOnlySpan<char> path, ReadOnlySpan<char> directory) =>
        path.Length > directory.Length && path[directory.Length] == '/' && path.StartsWith(directory);

    /// <summary>Goes over a path, and then over <paramref name="behind"/>; with the latter, any state at all is enough.</summary>
    private bool Follow(ReadOnlySpan<char> path, ReadOnlySpan<char> behind)
    {
        int words = (_states.Length / BitsPerWord) + 1;
        Span<ulong> current = stackalloc ulong[words];
        Span<ulong> next = stackalloc ulong[words];
        Enter(current, 0);
        for (int i = 0; i < path.Length + behind.Length; i++)
        {
            next.Clear();
            if (!Advance(current, next, i < path.Length ? path[i] : behind[i - path.Length]))
                return false;
            Span<ulong> spare = current;
            current = next;
            next = spare;
        }
        return !behind.IsEmpty || (current[_states.Length / BitsPerWord] & (1UL << (_states.Length % BitsPerWord))) != 0;
    }

    private bool Advance(ReadOnlySpan<ulong> current, Span<ulong> next, char c)
    {
        bool isAlive = false;
        for (int word = 0; word < current.Length; word++)
        {
            for (ulong bits = current[word]; bits != 0; bits &= bits - 1)
            {
                int state = (word * BitsPerWord) + BitOperations.TrailingZeroCount(bits);
                isAlive |= state < _states.Length && Lead(state, c, next);
            }
        }
        return isAlive;
    }

    private bool Lead(int state, char c, Span<ulong> next)
    {
        bool remains = _states[state].Remains(c);
        bool advances = _states[state].Advances(c);
        if (remains)
            Enter(next, state);
        if (advances)
            Enter(next, state + 1);
        return remains || advances;
    }

    // States that need no character are left for the one behind them at once.
    private void Enter(Span<ulong> set, int state)
    {
        while (true)
        {
            ref ulong word = ref set[state / BitsPerWord];
            ulong bit = 1UL << (state % BitsPerWord);
            if ((word & bit) != 0)
                return;
            word |= bit;
            if (state == _states.Length || _states[state].Kind is not (GlobState.Step.Run or GlobState.Step.Rest or GlobState.Step.Deep))
                return;
            if (_states[state].Kind == GlobState.Step.Deep)
                Enter(set, state + 2);
            state++;
        }
    }

    private static string LiteralEnding(ImmutableArray<GlobState> states)
    {
        int start = states.Length;
        while (start > 0 && states[start - 1].Kind == GlobState.Step.Literal)
            start--;
        return string.Concat(states.Skip(start).Select(static s => s.Literal));
    }

    private static int DepthOf(ImmutableArray<GlobState> states)
    {
        bool isFixed = states.All(static s => s.Kind is GlobState.Step.Literal or GlobState.Step.AnyOne or GlobState.Step.Run);
        return isFixed ? states.Count(static s => s is { Kind: GlobState.Step.Literal, Literal: '/' }) : -1;
    }
}
