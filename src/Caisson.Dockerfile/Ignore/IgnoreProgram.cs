using System.Collections.Immutable;

namespace Caisson.Dockerfile.Ignore;

/// <summary>The patterns of an ignore file, compiled, and how sets of their states are laid out. Immutable and thread-safe.</summary>
internal sealed class IgnoreProgram
{
    private readonly int[] _offsets;
    private readonly bool[] _isOther;

    public IgnoreProgram(ImmutableArray<IgnoreGlob> globs)
    {
        Globs = globs;
        Index = new IgnoreIndex(globs);
        _offsets = new int[globs.Length];
        _isOther = new bool[globs.Length];
        foreach (int other in Index.Others)
            _isOther[other] = true;
        for (int i = 0; i < globs.Length; i++)
        {
            _offsets[i] = Length;
            Length += globs[i].Words;
        }
    }

    public ImmutableArray<IgnoreGlob> Globs { get; }

    public IgnoreIndex Index { get; }

    /// <summary>Length of the states of all patterns, in words.</summary>
    public int Length { get; }

    /// <summary>True when no look-up finds the pattern.</summary>
    public bool IsOther(int pattern) => _isOther[pattern];

    /// <summary>The part of the states of all patterns that belongs to one.</summary>
    public Span<ulong> StatesOf(ulong[] states, int pattern) => states.AsSpan(_offsets[pattern], Globs[pattern].Words);
}
