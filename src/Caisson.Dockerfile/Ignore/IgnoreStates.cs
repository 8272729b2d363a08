namespace Caisson.Dockerfile.Ignore;

/// <summary>How far each pattern has come at a directory, and which of them could match an entry of it. Immutable.</summary>
internal sealed class IgnoreStates
{
    private readonly IgnoreProgram _program;

    // The states of all patterns side by side, each pattern's at its offset in the program.
    private readonly ulong[] _states;
    private readonly ulong[] _alive;
    private readonly ulong[] _active;

    private IgnoreStates(IgnoreProgram program)
    {
        _program = program;
        _states = new ulong[program.Length];
        _alive = new ulong[program.Index.Words];
        _active = new ulong[program.Index.Words];
    }

    /// <summary>True when a pattern that is a path could be the path of an entry.</summary>
    public bool HasPaths { get; private set; }

    /// <summary>The patterns that could match an entry, one word of the set; those that look-ups find are not among them.</summary>
    public ulong Active(int word) => _active[word];

    /// <summary>The states of a pattern behind the slash that follows the directory.</summary>
    public ReadOnlySpan<ulong> Of(int pattern) => _program.StatesOf(_states, pattern);

    /// <summary>True when a path below the directory could match a pattern.</summary>
    public bool CanReach(int pattern) => (_alive[pattern / 64] & (1UL << (pattern % 64))) != 0;

    /// <summary>The beginning.</summary>
    public static IgnoreStates Begin(IgnoreProgram program)
    {
        IgnoreStates root = new(program);
        for (int i = 0; i < program.Globs.Length; i++)
        {
            program.Globs[i].Begin(program.StatesOf(root._states, i));
            root.Mark(i);
        }
        return root;
    }

    /// <summary>The states at a directory below this one.</summary>
    /// <param name="path">The directory's path.</param>
    /// <param name="name">Its name.</param>
    public IgnoreStates Enter(ReadOnlySpan<char> path, ReadOnlySpan<char> name)
    {
        IgnoreStates entered = new(_program);
        for (int i = 0; i < _program.Globs.Length; i++)
        {
            if (!CanReach(i))
                continue;
            Span<ulong> set = _program.StatesOf(entered._states, i);
            Of(i).CopyTo(set);
            if (_program.Globs[i].Enter(set, path, name))
                entered.Mark(i);
        }
        return entered;
    }

    private void Mark(int pattern)
    {
        IgnoreGlob glob = _program.Globs[pattern];
        ulong bit = 1UL << (pattern % 64);
        _alive[pattern / 64] |= bit;
        HasPaths |= glob.Kind == GlobKind.Exact;
        if (_program.IsOther(pattern) && glob.CanFinish(Of(pattern)))
            _active[pattern / 64] |= bit;
    }
}
