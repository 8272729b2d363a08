using System.Collections.Immutable;
using Caisson.Engine.Steps;

namespace Caisson.Engine.Sources.Git;

/// <summary>A repository whose tags are looked through for the one that is wanted.</summary>
internal interface ITaggedRepository
{
    /// <summary>The repository as people read it, without credentials; null for one of this machine.</summary>
    string? Address { get; }

    /// <summary>Its tags, in no particular order.</summary>
    /// <exception cref="StepException">It cannot be asked.</exception>
    Task<ImmutableArray<GitTag>> ListAsync(CancellationToken ct);

    /// <summary>The commit that a branch, a tag, another reference or an id stands for.</summary>
    /// <exception cref="StepException">There is none, or the repository cannot be asked.</exception>
    Task<GitTag> FindAsync(string reference, CancellationToken ct);

    /// <summary>Makes files of some commits readable, which is cheaper for several at once.</summary>
    /// <exception cref="StepException">They cannot be fetched.</exception>
    Task PrepareAsync(ImmutableArray<GitTag> tags, CancellationToken ct);

    /// <summary>The text of a file of a commit that was prepared; null when the commit has no such file.</summary>
    Task<string?> ReadAsync(GitTag tag, string path, CancellationToken ct);

    /// <summary>A directory with the files of a commit, all with its time. It is not to be changed.</summary>
    /// <exception cref="StepException">The commit cannot be fetched or checked out, or lacks the signature that it must carry.</exception>
    Task<string> CheckOutAsync(GitTag tag, CancellationToken ct);
}
