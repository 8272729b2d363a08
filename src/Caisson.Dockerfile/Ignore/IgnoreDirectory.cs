namespace Caisson.Dockerfile.Ignore;

/// <summary>A directory on a walk, with the patterns that match it or one above it. Immutable and thread-safe.</summary>
/// <remarks>
/// A walk begins at <see cref="IgnoreMatcher.Root"/>, asks <see cref="Judge"/> about files and <see cref="Enter"/>s directories.
/// </remarks>
public sealed class IgnoreDirectory
{
    private const int StackLimit = 512;

    private readonly IgnoreMatcher _matcher;
    private readonly ulong[] _matched;

    internal IgnoreDirectory(IgnoreMatcher matcher, string path, IgnoreStates states, ulong[] matched, IgnoreVerdict verdict)
    {
        _matcher = matcher;
        _matched = matched;
        Path = path;
        States = states;
        Verdict = verdict;
        CanSkip = verdict.IsIgnored && !matcher.CanReachInto(states, matched);
    }

    /// <summary>The path from the root, with slashes; empty for the root.</summary>
    public string Path { get; }

    /// <summary>What the ignore file says about the directory itself.</summary>
    public IgnoreVerdict Verdict { get; }

    /// <summary>True when the directory stays outside; something below it may come in nevertheless, see <see cref="CanSkip"/>.</summary>
    public bool IsIgnored => Verdict.IsIgnored;

    /// <summary>True when the directory is ignored and no exception can reach into it: the walk need not enter it.</summary>
    public bool CanSkip { get; }

    /// <summary>True when a pattern matches the directory, or could match something below it: for who looks for what matches.</summary>
    public bool CanHoldMatches => IsIgnored || _matcher.CanMatchBelow(States);

    /// <summary>How far each pattern has come.</summary>
    internal IgnoreStates States { get; }

    /// <summary>What the ignore file says about an entry of the directory.</summary>
    /// <param name="name">The entry's name, without slashes.</param>
    public IgnoreVerdict Judge(ReadOnlySpan<char> name)
    {
        if (Path.Length == 0)
            return _matcher.Judge(name, name, this, []);
        int length = Path.Length + 1 + name.Length;
        Span<char> path = length <= StackLimit ? stackalloc char[length] : new char[length];
        Path.CopyTo(path);
        path[Path.Length] = '/';
        name.CopyTo(path[(Path.Length + 1)..]);
        return _matcher.Judge(path, name, this, []);
    }

    /// <summary>The directory below this one that has the name.</summary>
    /// <param name="name">The name, without slashes.</param>
    public IgnoreDirectory Enter(ReadOnlySpan<char> name)
    {
        string path = Path.Length == 0 ? name.ToString() : $"{Path}/{name}";
        ulong[] matched = _matcher.NewSet();
        IgnoreVerdict verdict = _matcher.Judge(path, name, this, matched);
        return new IgnoreDirectory(_matcher, path, States.Enter(path, name), matched, verdict);
    }

    /// <summary>The patterns that match the directory, or one above it: one word of the set.</summary>
    internal ulong Matched(int word) => _matched[word];
}
