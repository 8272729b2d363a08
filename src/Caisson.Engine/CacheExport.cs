using System.Collections.Immutable;
using Caisson.Oci.Tar;

namespace Caisson.Engine;

/// <summary>A shared cache that a build leaves for others.</summary>
/// <param name="Location">Where.</param>
public sealed record CacheExport(CacheLocation Location)
{
    /// <summary>Whether all steps are in it. Otherwise those whose layers are in the result.</summary>
    public bool HasAllSteps { get; init; }

    /// <summary>Whether the build is good without it.</summary>
    public bool IgnoresErrors { get; init; }

    /// <summary>In registries and directories: whether it takes the form of an image, and not that of an index.</summary>
    public bool IsImageManifest { get; init; } = true;

    /// <summary>In registries and directories: whether media types are those of OCI, and not those of Docker.</summary>
    public bool UsesOciMediaTypes { get; init; } = true;

    /// <summary>How layers are compressed that are not a blob by now. Not as eStargz, whose archive is another one than the layer's.</summary>
    public LayerCompression Compression { get; init; } = LayerCompression.Default;

    /// <summary>In directories: whether what no cache there needs is removed.</summary>
    public bool Resets { get; init; }

    /// <summary>The ids of cache mounts that are saved with it.</summary>
    public ImmutableArray<string> Mounts { get; init; } = [];

    /// <summary>How long nothing may move before it counts as failed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);
}
