using System.Collections.Immutable;

namespace Caisson.Engine;

/// <summary>Brings the files of contexts that are elsewhere into their directories, once it is known what a build takes of them.</summary>
public interface IContextFiles
{
    /// <summary>The ignore file that counts for a context; null when there is none.</summary>
    /// <param name="context">The name of the context; <c>context</c> for the build context itself.</param>
    GivenFile? FindIgnore(string context);

    /// <summary>What people read of where a context is.</summary>
    /// <param name="context">The name of the context.</param>
    string LocationOf(string context);

    /// <summary>Makes the directory of a context hold what the build takes of it. It may hold more.</summary>
    /// <param name="context">The name of the context.</param>
    /// <param name="excludes">Patterns of an ignore file: what they leave out is not taken.</param>
    /// <param name="paths">Paths and patterns (<c>*</c>, <c>?</c>, <c>[…]</c>), relative to the context: only they are taken, with what is below them, and what links among them lead to. Empty for all.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="IOException">They cannot be had.</exception>
    Task FillAsync(string context, ImmutableArray<string> excludes, ImmutableArray<string> paths, CancellationToken ct);
}
