using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Caisson.Dockerfile.Ignore;

/// <summary>A compiled pattern. Immutable and thread-safe.</summary>
/// <remarks>
/// Patterns without wildcards, and those with one <c>**</c> at an end, compare text. The others follow states over the path; a walk keeps
/// the states of each directory, so that an entry costs no more than its name.
/// </remarks>
internal sealed class IgnoreGlob
{
    private readonly GlobAutomaton? _automaton;

    private IgnoreGlob(string pattern, GlobKind kind, ImmutableArray<GlobState> states)
    {
        Kind = kind;
        Text = kind switch { GlobKind.Prefix => pattern[..^2], GlobKind.Suffix => pattern[2..], _ => pattern };
        _automaton = kind == GlobKind.States ? new GlobAutomaton(states) : null;
    }

    public GlobKind Kind { get; }

    /// <summary>The text to compare with: the whole pattern, or what stands before or behind its <c>**</c>.</summary>
    public string Text { get; }

    /// <summary>Length of a set of states, in words of 64 bits; 0 for a pattern that compares text.</summary>
    public int Words => _automaton?.Words ?? 0;

    public static bool TryParse(string pattern, [NotNullWhen(true)] out IgnoreGlob? glob, [NotNullWhen(false)] out string? problem)
    {
        GlobParser parser = new(pattern);
        ImmutableArray<GlobState> states = parser.Read();
        problem = pattern.Length == 0 ? "it is empty" : parser.Problem;
        glob = problem is null ? new IgnoreGlob(pattern, parser.Kind, states) : null;
        return glob is not null;
    }

    /// <summary>False when no path that ends with a character can match.</summary>
    public bool CanEndWith(char c) => Kind switch
    {
        GlobKind.Exact => Text[^1] == c,
        GlobKind.Suffix => Text.Length == 0 || Text[^1] == c,
        _ => _automaton is null || _automaton.CanEndWith(c),
    };

    /// <summary>Sets the states before the first character.</summary>
    public void Begin(Span<ulong> set) => _automaton?.Begin(set);

    /// <summary>Goes from the states at a directory to those at one below it; false when no path below that one can match.</summary>
    public bool Enter(Span<ulong> set, ReadOnlySpan<char> path, ReadOnlySpan<char> name) =>
        _automaton is null ? CanMatchBelow(path) : _automaton.Follow(set, name) && _automaton.Follow(set, "/");

    /// <summary>True when an entry of the directory that the states belong to could match.</summary>
    public bool CanFinish(ReadOnlySpan<ulong> set) => _automaton is null || _automaton.CanFinish(set);

    /// <summary>True when a path matches.</summary>
    /// <param name="path">Relative, with slashes.</param>
    /// <param name="name">The last name of the path.</param>
    /// <param name="directory">The states behind the last slash of the path.</param>
    public bool IsMatch(ReadOnlySpan<char> path, ReadOnlySpan<char> name, ReadOnlySpan<ulong> directory) => Kind switch
    {
        GlobKind.Exact => path.SequenceEqual(Text),
        GlobKind.Prefix => path.StartsWith(Text),
        GlobKind.Suffix => path.EndsWith(Text) || (Text.Length > 0 && Text[0] == '/' && path.SequenceEqual(Text.AsSpan(1))),
        _ => FollowToEnd(name, directory),
    };

    private bool FollowToEnd(ReadOnlySpan<char> name, ReadOnlySpan<ulong> directory)
    {
        Span<ulong> set = stackalloc ulong[directory.Length];
        directory.CopyTo(set);
        return _automaton is { } automaton && automaton.Follow(set, name) && automaton.IsEnd(set);
    }

    private bool CanMatchBelow(ReadOnlySpan<char> directory) => Kind switch
    {
        GlobKind.Exact => IsBelow(Text, directory),
        GlobKind.Prefix => IsBelow(Text, directory) || directory.StartsWith(Text.AsSpan().TrimEnd('/')),
        _ => true,
    };

    private static bool IsBelow(ReadOnlySpan<char> path, ReadOnlySpan<char> directory) =>
        path.Length > directory.Length && path[directory.Length] == '/' && path.StartsWith(directory);
}
