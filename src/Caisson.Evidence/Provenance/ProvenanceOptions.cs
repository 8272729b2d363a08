namespace Caisson.Evidence.Provenance;

/// <summary>What a statement of provenance says, and where it goes.</summary>
public sealed record ProvenanceOptions
{
    /// <summary>The builder that it names when nothing else is given: somebody's machine.</summary>
    public const string LocalBuilder = "urn:caisson:builder:local";

    /// <summary>The name that its file has when nothing else is given.</summary>
    public const string DefaultFileName = "provenance.json";

    /// <summary>Whether it tells all: the steps, the text of the Dockerfile and the layers.</summary>
    public bool IsMax { get; init; }

    /// <summary>Names who built, as a URI.</summary>
    public string BuilderId { get; init; } = LocalBuilder;

    /// <summary>The name of its file where files are exported and no image.</summary>
    public string FileName { get; init; } = DefaultFileName;

    /// <summary>Whether it is kept with images only, and not with exported files.</summary>
    public bool IsForImagesOnly { get; init; }

    /// <summary>The version of SLSA's predicate.</summary>
    public ProvenanceVersion Version { get; init; } = ProvenanceVersion.V1;

    /// <summary>Whether all is left out of it that differs from build to build although the same was built: the build's name and its times.</summary>
    public bool IsReproducible { get; init; }
}
