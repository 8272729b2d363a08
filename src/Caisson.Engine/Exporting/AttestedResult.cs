using System.Collections.Immutable;

namespace Caisson.Engine.Exporting;

/// <summary>What attestations are made of: one export of a build that is about to be written.</summary>
public sealed record AttestedResult
{
    /// <summary>What they are about: an index and its images, an image, or files.</summary>
    public required ImmutableArray<AttestedSubject> Subjects { get; init; }

    /// <summary>The result with what it was made of; without an image where files are exported.</summary>
    public required BuildResult Result { get; init; }

    /// <summary>When the build began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When what is to be exported was there.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>Whether files are exported, and no image.</summary>
    public bool IsFiles => Result.Image is null;
}
