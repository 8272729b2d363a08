using System.Collections.Immutable;

namespace Caisson.Engine.Graph;

/// <summary>Something to copy.</summary>
public abstract record CopySource
{
    private CopySource()
    {
    }

    /// <summary>Files of an input.</summary>
    /// <param name="Input">Index of the node's input.</param>
    /// <param name="Pattern">A path, relative to the input's root, in which <c>*</c>, <c>?</c> and <c>[…]</c> stand for names.</param>
    public sealed record Files(int Input, string Pattern) : CopySource
    {
        /// <summary>
        /// Of a directory that <see cref="Pattern"/> stands for, only what matches this is taken, with the directories on the way to it: a path
        /// relative to that directory, in which <c>**</c> also stands for any number of names. Null to take all.
        /// </summary>
        public string? Below { get; init; }

        /// <summary>Patterns of what is left out below a directory, relative to it; one that begins with <c>!</c> takes back.</summary>
        public ImmutableArray<string> Excludes { get; init; } = [];

        /// <summary>Whether a file that is an archive is unpacked instead.</summary>
        public bool Unpacks { get; init; }
    }

    /// <summary>A file whose content stands in the build definition itself.</summary>
    /// <param name="Name">The name it gets in a destination directory.</param>
    /// <param name="Content">Its content.</param>
    public sealed record Inline(string Name, string Content) : CopySource
    {
        /// <summary>Whether the content is no text, but bytes in Base64.</summary>
        public bool IsBase64 { get; init; }
    }
}
