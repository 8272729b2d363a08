using System.Collections.Immutable;
using Caisson.Engine;
using Caisson.Engine.History;
using Caisson.Oci.Images;

namespace Caisson.Evidence.Report;

/// <summary>All that a report of a build shows. What is not there is left out of it.</summary>
public sealed record BuildReport
{
    /// <summary>The build, as it is remembered; null when it was not recorded.</summary>
    public BuildRecord? Build { get; init; }

    /// <summary>What it was made of.</summary>
    public BuildInputs Inputs { get; init; } = BuildInputs.None;

    /// <summary>The images that came of it, one for each platform.</summary>
    public ImmutableArray<Image> Images { get; init; } = [];

    /// <summary>The digest of the image or of the index; null when no image came of it.</summary>
    public string? Digest { get; init; }

    /// <summary>The packages of each layer, image by image; none where nobody looked.</summary>
    public ImmutableArray<LayerPackages> Packages { get; init; } = [];

    /// <summary>What steps that failed wrote last, by the numbers of the steps.</summary>
    public ImmutableDictionary<int, string> Logs { get; init; } = ImmutableDictionary<int, string>.Empty;

    /// <summary>The build arguments as they were given: what of them is secret is shown nowhere on the page, be it in names of steps, in logs or in what the image says of its layers.</summary>
    public SecretArguments Secrets { get; init; } = SecretArguments.None;

    /// <summary>The version of Caisson.</summary>
    public required string Version { get; init; }
}
