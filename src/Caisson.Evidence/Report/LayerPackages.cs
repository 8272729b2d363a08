using System.Collections.Immutable;
using Caisson.Oci.Images;

namespace Caisson.Evidence.Report;

/// <summary>What a layer changed of the packages that are installed.</summary>
/// <param name="Image">The image.</param>
/// <param name="Layer">The number of the layer in it, from 0.</param>
public sealed record LayerPackages(Image Image, int Layer)
{
    /// <summary>What it brought, by name.</summary>
    public ImmutableArray<InstalledPackage> Installed { get; init; } = [];

    /// <summary>The names of what it removed.</summary>
    public ImmutableArray<string> Removed { get; init; } = [];

    /// <summary>Whether a layer below could not be looked at, so that what it brought is counted here.</summary>
    public bool IncludesBelow { get; init; }
}
