using Caisson.Oci.Images;

namespace Caisson.Engine;

/// <summary>What came of a build.</summary>
/// <param name="Image">The image; null when no export asked for one.</param>
public sealed record BuildResult(Image? Image);
