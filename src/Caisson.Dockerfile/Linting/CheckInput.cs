using System.Collections.Immutable;
using Caisson.Dockerfile.Ignore;

namespace Caisson.Dockerfile.Linting;

/// <summary>What the checks know besides the Dockerfile.</summary>
public sealed record CheckInput
{
    /// <summary>Nothing known.</summary>
    public static CheckInput None { get; } = new();

    /// <summary>The images that stages are based on, by the number of the stage; those that are not known are left out.</summary>
    public ImmutableDictionary<int, BaseImage> Bases { get; init; } = ImmutableDictionary<int, BaseImage>.Empty;

    /// <summary>The ignore file of the build context; null when there is none, or when it is not known.</summary>
    public IgnoreMatcher? Ignore { get; init; }

    /// <summary>True when only the stages that the target needs are carried out, as in a build; else all are looked at.</summary>
    public bool NeededOnly { get; init; }
}
