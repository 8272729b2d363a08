using Caisson.Dockerfile.Ignore;
using Caisson.Engine.Graph;

namespace Caisson.Engine.Steps;

/// <summary>What is taken of a directory that is copied: its patterns are relative to that directory, as those of an ignore file are to a context.</summary>
/// <remarks>The rules of BuildKit's copy (fsutil): the directory itself is always taken; what is left out below it is not read, unless a <c>!</c> pattern can reach it.</remarks>
internal sealed class PathFilter
{
    private readonly IgnoreMatcher? _included;
    private readonly IgnoreMatcher _excluded;

    private PathFilter(IgnoreMatcher? included, IgnoreMatcher excluded)
    {
        _included = included;
        _excluded = excluded;
    }

    /// <summary>Where a walk begins.</summary>
    public Place Root => new(_included?.Root, _excluded.Root);

    /// <summary>The filter of a source; null when all is taken.</summary>
    public static PathFilter? Of(CopySource source) => source switch
    {
        CopySource.Files { Includes: [], Excludes: [] } => null,
        CopySource.Files files => new PathFilter(files.Includes.IsEmpty ? null : IgnoreMatcher.Create(files.Includes), IgnoreMatcher.Create(files.Excludes)),
        _ => null,
    };

    /// <summary>A directory on a walk.</summary>
    internal readonly record struct Place(IgnoreDirectory? Included, IgnoreDirectory Excluded)
    {
        /// <summary>Whether the directory itself is taken.</summary>
        public bool IsTaken => Included is not { IsIgnored: false } && !Excluded.IsIgnored;

        /// <summary>Whether anything below it can be taken.</summary>
        public bool CanHoldTaken => Included is not { CanHoldMatches: false } && !Excluded.CanSkip;

        /// <summary>The directory of a name in this one.</summary>
        public Place Enter(string name) => new(Included?.Enter(name), Excluded.Enter(name));

        /// <summary>Whether something in this directory that is no directory is taken.</summary>
        public bool Takes(string name) => Included?.Judge(name).IsIgnored != false && !Excluded.Judge(name).IsIgnored;
    }
}
