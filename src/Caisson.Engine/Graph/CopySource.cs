using System.Collections.Immutable;

namespace Caisson.Engine.Graph;

/// <summary>Something to copy.</summary>
public abstract record CopySource
{
    private CopySource()
    {
    }

    /// <summary>The pattern that stands for a path and nothing else.</summary>
    public static string PatternOf(string path) => string.Concat(path.Select(static c => c is '*' or '?' or '[' or '\\' ? $"\\{c}" : c.ToString()));

    /// <summary>Files of an input.</summary>
    /// <param name="Input">Index of the node's input.</param>
    /// <param name="Pattern">A path, relative to the input's root, in which <c>*</c>, <c>?</c> and <c>[…]</c> stand for names.</param>
    public sealed record Files(int Input, string Pattern) : CopySource
    {
        /// <summary>
        /// Of a directory that <see cref="Pattern"/> stands for, only what matches one of these is taken, with the directories on the way to it: paths
        /// relative to that directory, in which <c>**</c> also stands for any number of names. None to take all.
        /// </summary>
        public ImmutableArray<string> Includes { get; init; } = [];

        /// <summary>Whether it is no mistake that nothing is there of what <see cref="Includes"/> name without wildcards.</summary>
        public bool MayLackIncludes { get; init; }

        /// <summary>Whether it is a mistake that no name matches the wildcards of <see cref="Pattern"/>.</summary>
        public bool NeedsMatch { get; init; }

        /// <summary>Whether a link that <see cref="Pattern"/> stands for is taken itself, instead of what it leads to.</summary>
        public bool TakesLinks { get; init; }

        /// <summary>Patterns of what is left out below a directory, relative to it; one that begins with <c>!</c> takes back.</summary>
        public ImmutableArray<string> Excludes { get; init; } = [];

        /// <summary>Whether a file that is an archive is unpacked instead.</summary>
        public bool Unpacks { get; init; }
    }

    /// <summary>A file whose content stands in the build definition itself.</summary>
    /// <param name="Name">The name it gets in a destination directory.</param>
    /// <param name="Content">Its content.</param>
    public sealed record Inline(string Name, string Content) : CopySource;
}
