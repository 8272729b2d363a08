namespace Caisson.Oci.Contents;

/// <summary>What of two images is compared.</summary>
public sealed record ComparisonScope
{
    /// <summary>Everything.</summary>
    public static ComparisonScope All { get; } = new();

    /// <summary>Manifest and configuration.</summary>
    public bool Config { get; init; } = true;

    /// <summary>The lists of layers.</summary>
    public bool Layers { get; init; } = true;

    /// <summary>The files, for which layers are read.</summary>
    public bool Files { get; init; } = true;

    /// <summary>What of files may differ.</summary>
    public FileAspects Ignored { get; init; }
}
