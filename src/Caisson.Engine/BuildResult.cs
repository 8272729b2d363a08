using Caisson.Oci.Images;

namespace Caisson.Engine;

/// <summary>What came of a build.</summary>
/// <param name="Image">The image; null when no export asked for one.</param>
public sealed record BuildResult(Image? Image)
{
    /// <summary>The name of the build in the history of its store; null when it was not recorded.</summary>
    public string? BuildId { get; init; }
}
