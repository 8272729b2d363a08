using System.Collections.Immutable;
using System.Numerics;

namespace Caisson.Dockerfile.Ignore;

/// <summary>Matches paths against the patterns of an ignore file, or of <c>--exclude</c>. Immutable and thread-safe.</summary>
/// <remarks>
/// A path is ignored when the last pattern that matches it, or one of its directories, is no exception. As in the walk that
/// BuildKit sends a context with, a pattern is tried on a path only when it would change the verdict of those before it, and what
/// it matches it also matches below; so a pattern that had nothing to change at a directory is tried anew on what lies below.
/// </remarks>
public sealed class IgnoreMatcher
{
    private readonly IgnoreProgram _program;

    // The directory looked at last; whoever finds another one there only walks down again.
    private volatile IgnoreDirectory _recent;

    internal IgnoreMatcher(ImmutableArray<IgnorePattern> patterns, ImmutableArray<IgnoreGlob> globs)
    {
        Patterns = patterns;
        _program = new IgnoreProgram(globs);
        HasExceptions = patterns.Any(static p => p.IsException);
        Root = new IgnoreDirectory(this, "", IgnoreStates.Begin(_program), NewSet(), default);
        _recent = Root;
    }

    /// <summary>A matcher that ignores nothing.</summary>
    public static IgnoreMatcher None { get; } = new([], []);

    /// <summary>The patterns in order.</summary>
    public ImmutableArray<IgnorePattern> Patterns { get; }

    /// <summary>True when a pattern takes paths back.</summary>
    public bool HasExceptions { get; }

    /// <summary>The directory that the patterns are relative to, where a walk begins.</summary>
    public IgnoreDirectory Root { get; }

    /// <summary>Compiles patterns that stand in no file, such as those of <c>--exclude</c>; blank ones are left out.</summary>
    /// <exception cref="FormatException">A pattern cannot be read; the message says which and why.</exception>
    public static IgnoreMatcher Create(IEnumerable<string> patterns)
    {
        ImmutableArray<IgnorePattern> read = [.. patterns.Select(IgnorePattern.Read).OfType<IgnorePattern>()];
        return new IgnoreMatcher(read, [.. read.Select(Compile)]);
    }

    /// <summary>True when the path stays outside.</summary>
    /// <param name="path">Relative, with slashes; the root itself is never ignored.</param>
    public bool IsIgnored(string path) => Judge(path).IsIgnored;

    /// <summary>Whether the path stays outside, and which pattern decides.</summary>
    /// <param name="path">Relative, with slashes; the root itself is never ignored.</param>
    public IgnoreVerdict Judge(string path)
    {
        string trimmed = path.Trim('/');
        if (trimmed.Length == 0 || trimmed == ".")
            return default;
        int slash = trimmed.LastIndexOf('/');
        return Find(trimmed.AsSpan(0, Math.Max(0, slash))).Judge(trimmed.AsSpan(slash + 1));
    }

    /// <summary>True when a directory is ignored and no exception can reach into it: a walk need not enter it.</summary>
    /// <param name="path">Relative, with slashes.</param>
    public bool CanSkipDirectory(string path) => Find(path.AsSpan().Trim('/')).CanSkip;

    /// <summary>Judges an entry of a directory; with <paramref name="matched"/>, notes the patterns that match it.</summary>
    internal IgnoreVerdict Judge(ReadOnlySpan<char> path, ReadOnlySpan<char> name, IgnoreDirectory directory, Span<ulong> matched)
    {
        IgnoreIndex index = _program.Index;
        Span<ulong> hits = stackalloc ulong[index.Words];
        index.AddName(name, hits);
        if (directory.States.HasPaths)
            index.AddPath(path, hits);
        int decider = -1;
        for (int word = 0; word < hits.Length; word++)
        {
            ulong inherited = directory.Matched(word);
            ulong open = inherited | hits[word] | (index.Candidates(name, word) & directory.States.Active(word));
            for (; open != 0; open &= open - 1)
            {
                ulong bit = open & (~open + 1);
                int pattern = (word * 64) + BitOperations.TrailingZeroCount(bit);
                if ((inherited & bit) == 0)
                {
                    bool isIgnored = decider >= 0 && !Patterns[decider].IsException;
                    bool isHit = (hits[word] & bit) != 0;
                    if (Patterns[pattern].IsException != isIgnored || !(isHit || IsMatch(pattern, path, name, directory)))
                        continue;
                }
                decider = pattern;
                if (!matched.IsEmpty)
                    matched[word] |= bit;
            }
        }
        return decider < 0 ? default : new IgnoreVerdict(!Patterns[decider].IsException, Patterns[decider]);
    }

    /// <summary>True when an exception behind the last matching pattern could match below a directory.</summary>
    internal bool CanReachInto(IgnoreStates directory, ReadOnlySpan<ulong> matched)
    {
        for (int pattern = HasExceptions ? Patterns.Length - 1 : -1; pattern >= 0; pattern--)
        {
            if ((matched[pattern / 64] & (1UL << (pattern % 64))) != 0)
                return false;
            if (Patterns[pattern].IsException && directory.CanReach(pattern))
                return true;
        }
        return false;
    }

    /// <summary>True when a pattern that is no exception could match below a directory.</summary>
    internal bool CanMatchBelow(IgnoreStates directory)
    {
        for (int pattern = 0; pattern < Patterns.Length; pattern++)
        {
            if (!Patterns[pattern].IsException && directory.CanReach(pattern))
                return true;
        }
        return false;
    }

    internal ulong[] NewSet() => new ulong[_program.Index.Words];

    private bool IsMatch(int pattern, ReadOnlySpan<char> path, ReadOnlySpan<char> name, IgnoreDirectory directory) =>
        _program.Globs[pattern].IsMatch(path, name, directory.States.Of(pattern));

    private static IgnoreGlob Compile(IgnorePattern pattern) =>
        IgnoreGlob.TryParse(pattern.Pattern, out IgnoreGlob? glob, out string? problem)
            ? glob
            : throw new FormatException($"the pattern \"{pattern}\" cannot be read: {problem}");

    private IgnoreDirectory Find(ReadOnlySpan<char> path)
    {
        IgnoreDirectory recent = _recent;
        if (path.SequenceEqual(recent.Path))
            return recent;
        bool isBelow = recent.Path.Length > 0 && path.StartsWith(recent.Path) && path[recent.Path.Length..].StartsWith("/");
        IgnoreDirectory directory = isBelow ? recent : Root;
        int from = isBelow ? recent.Path.Length + 1 : 0;
        while (from < path.Length)
        {
            int slash = path[from..].IndexOf('/');
            int end = slash < 0 ? path.Length : from + slash;
            directory = directory.Enter(path[from..end]);
            from = end + 1;
        }
        _recent = directory;
        return directory;
    }
}
