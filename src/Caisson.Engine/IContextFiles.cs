using System.Collections.Immutable;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

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
    /// <param name="written">
    /// Is told of each file that was written: its status when that was done, and the digest of its content. Such a file is not read again to know what it holds, so
    /// it is to be called only where nobody else writes. From several threads.
    /// </param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="IOException">They cannot be had.</exception>
    Task FillAsync(string context, ImmutableArray<string> excludes, ImmutableArray<string> paths, Action<FileStatus, Digest> written, CancellationToken ct);
}
