using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>What is made smaller: an archive that a build context holds, or the context itself.</summary>
internal interface ITrimSubject
{
    /// <summary>What messages call it.</summary>
    string Name { get; }

    /// <summary>Is told what the steps of the build use.</summary>
    IFileUse Use { get; }

    /// <summary>Why it cannot be said what is used, and what to do; null when it can.</summary>
    (string Why, string Hint)? Obstacle { get; }

    /// <summary>The files that may go, in ordinal order.</summary>
    ImmutableArray<string> Unused { get; }

    /// <summary>Writes it without some files.</summary>
    /// <param name="path">The new file.</param>
    /// <param name="without">The files.</param>
    /// <param name="recorded">What the build came to with all of them.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>How large it was with all of them, how large it is now, and the digest of that.</returns>
    Task<(long WholeBytes, long SizeBytes, Digest Digest)> WriteAsync(string path, IReadOnlySet<string> without, BuildResult recorded, CancellationToken ct);

    /// <summary>The build with the smaller one in its place.</summary>
    BuildRequest With(string trimmed, CancellationToken ct);
}
