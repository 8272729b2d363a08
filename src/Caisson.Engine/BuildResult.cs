using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>What came of a build.</summary>
/// <param name="Image">The image; null when no export asked for one. Of several platforms, that of the first.</param>
public sealed record BuildResult(Image? Image)
{
    /// <summary>The images of all platforms; null when the result is not told apart by platform.</summary>
    public MultiPlatformImage? Index { get; init; }

    /// <summary>Names the result: its index, else its manifest; null when no export asked for an image.</summary>
    public Descriptor? Descriptor => Index?.Descriptor ?? Image?.Descriptor;

    /// <summary>The image's id, as Docker understands it: the digest of its configuration, or of the index when there is one; null when no export asked for an image.</summary>
    public Digest? ImageId => Index?.Descriptor.Digest ?? Image?.Manifest.Config.Digest;

    /// <summary>The text of a lock file that names all that the build took; null when it was not to be told.</summary>
    public string? Lock { get; init; }

    /// <summary>Names the bundle that it was sealed in; null when it was not.</summary>
    public Descriptor? Bundle { get; init; }

    /// <summary>The name of the build in the history of its store; null when it was not recorded.</summary>
    public string? BuildId { get; init; }

    /// <summary>That it was done more than once and came to the same; null when it was done once.</summary>
    public Reproduction? Reproduction { get; init; }

    /// <summary>The names of the build arguments that were given and that nothing declares, sorted.</summary>
    public ImmutableArray<string> UnusedArguments { get; init; } = [];

    /// <summary>All that it was made of.</summary>
    public BuildInputs Inputs { get; init; } = BuildInputs.None;
}
