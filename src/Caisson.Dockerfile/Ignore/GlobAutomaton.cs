using System.Collections.Immutable;

namespace Caisson.Dockerfile.Ignore;

/// <summary>Matches a pattern with wildcards: keeps the set of states that the pattern can be in, one bit each. Immutable and thread-safe.</summary>
/// <remarks>
/// All states take a step at once (Baeza-Yates and Gonnet, "A New Approach to Text Searching"): those that the character leads on are
/// shifted to the next state, those that remain over it stay, and what needs no character is entered at once.
/// </remarks>
internal sealed class GlobAutomaton
{
    private const int BitsPerWord = 64;
    private const int AsciiCharacters = 128;

    private readonly ImmutableArray<GlobState> _states;
    private readonly ulong[] _advancing;
    private readonly ulong[] _remaining;
    private readonly ulong[] _remainingOverSlash;
    private readonly ulong[] _skippable;
    private readonly ulong[] _deep;
    private readonly ulong[] _finishing;

    public GlobAutomaton(ImmutableArray<GlobState> states)
    {
        _states = states;
        Words = (states.Length / BitsPerWord) + 1;
        _advancing = new ulong[AsciiCharacters * Words];
        for (int c = 0; c < AsciiCharacters; c++)
            Select(_advancing.AsSpan(c * Words, Words), s => s.Advances((char)c));
        _remaining = Select(new ulong[Words], static s => s.Remains('a'));
        _remainingOverSlash = Select(new ulong[Words], static s => s.Remains('/'));
        _skippable = Select(new ulong[Words], static s => s.Kind is GlobState.Step.Run or GlobState.Step.Rest or GlobState.Step.Deep);
        _deep = Select(new ulong[Words], static s => s.Kind == GlobState.Step.Deep);
        _finishing = FindFinishing();
    }

    /// <summary>Length of a set of states, in words.</summary>
    public int Words { get; }

    /// <summary>Sets the states before the first character.</summary>
    public void Begin(Span<ulong> set)
    {
        set[0] |= 1;
        Close(set);
    }

    /// <summary>Goes over a text; false when no state is left.</summary>
    public bool Follow(Span<ulong> set, ReadOnlySpan<char> text)
    {
        Span<ulong> rare = stackalloc ulong[Words];
        foreach (char c in text)
        {
            ReadOnlySpan<ulong> advancing = c < AsciiCharacters ? _advancing.AsSpan(c * Words, Words) : SelectAdvancing(rare, c);
            if (!Step(set, advancing, c == '/' ? _remainingOverSlash : _remaining))
                return false;
            Close(set);
        }
        return true;
    }

    /// <summary>True when the end is among the states.</summary>
    public bool IsEnd(ReadOnlySpan<ulong> set) => IsSet(set, _states.Length);

    /// <summary>True when a text without a slash could lead from the states to the end.</summary>
    public bool CanFinish(ReadOnlySpan<ulong> set)
    {
        for (int word = 0; word < set.Length; word++)
        {
            if ((set[word] & _finishing[word]) != 0)
                return true;
        }
        return false;
    }

    /// <summary>False when no text that ends with a character leads to the end.</summary>
    public bool CanEndWith(char c)
    {
        Span<ulong> set = stackalloc ulong[Words];
        set.Fill(ulong.MaxValue);
        return Follow(set, [c]) && IsEnd(set);
    }

    private static bool Step(Span<ulong> set, ReadOnlySpan<ulong> advancing, ReadOnlySpan<ulong> remaining)
    {
        ulong carry = 0;
        ulong any = 0;
        for (int word = 0; word < set.Length; word++)
        {
            ulong advanced = set[word] & advancing[word];
            set[word] = (advanced << 1) | carry | (set[word] & remaining[word]);
            carry = advanced >> (BitsPerWord - 1);
            any |= set[word];
        }
        return any != 0;
    }

    // States that need no character are left for the one behind them at once.
    private void Close(Span<ulong> set)
    {
        bool grows = true;
        while (grows)
        {
            grows = false;
            ulong carry = 0;
            for (int word = 0; word < set.Length; word++)
            {
                ulong skipped = set[word] & _skippable[word];
                ulong deep = set[word] & _deep[word];
                ulong entered = (skipped << 1) | (deep << 2) | carry;
                carry = (skipped >> (BitsPerWord - 1)) | (deep >> (BitsPerWord - 2));
                grows |= (entered & ~set[word]) != 0;
                set[word] |= entered;
            }
        }
    }

    private ReadOnlySpan<ulong> SelectAdvancing(Span<ulong> set, char c)
    {
        set.Clear();
        for (int state = 0; state < _states.Length; state++)
            set[state / BitsPerWord] |= _states[state].Advances(c) ? 1UL << (state % BitsPerWord) : 0;
        return set;
    }

    // The states that lead to the end without a slash: the others match no entry of the directory that they were reached in.
    private ulong[] FindFinishing()
    {
        ulong[] finishing = new ulong[Words];
        finishing[_states.Length / BitsPerWord] |= 1UL << (_states.Length % BitsPerWord);
        for (int state = _states.Length - 1; state >= 0; state--)
        {
            bool isFinishing = _states[state].Kind switch
            {
                GlobState.Step.DeepWalk => false,
                GlobState.Step.Deep => IsSet(finishing, state + 2),
                GlobState.Step.Literal => _states[state].Literal != '/' && IsSet(finishing, state + 1),
                _ => IsSet(finishing, state + 1),
            };
            finishing[state / BitsPerWord] |= isFinishing ? 1UL << (state % BitsPerWord) : 0;
        }
        return finishing;
    }

    private ulong[] Select(ulong[] set, Func<GlobState, bool> isWanted)
    {
        Select(set.AsSpan(), isWanted);
        return set;
    }

    private void Select(Span<ulong> set, Func<GlobState, bool> isWanted)
    {
        for (int state = 0; state < _states.Length; state++)
            set[state / BitsPerWord] |= isWanted(_states[state]) ? 1UL << (state % BitsPerWord) : 0;
    }

    private static bool IsSet(ReadOnlySpan<ulong> set, int bit) => (set[bit / BitsPerWord] & (1UL << (bit % BitsPerWord))) != 0;
}
