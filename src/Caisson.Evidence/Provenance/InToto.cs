namespace Caisson.Evidence.Provenance;

/// <summary>Names that in-toto, SLSA and Caisson give to kinds of things.</summary>
public static class InToto
{
    /// <summary>The media type of a statement; as artifact type, of what a statement is kept as.</summary>
    public const string MediaType = "application/vnd.in-toto+json";

    /// <summary>The annotation that says which predicate a statement has.</summary>
    public const string PredicateTypeAnnotation = "in-toto.io/predicate-type";

    /// <summary>A statement.</summary>
    public const string StatementV1 = "https://in-toto.io/Statement/v1";

    /// <summary>A statement of the earlier version.</summary>
    public const string StatementV01 = "https://in-toto.io/Statement/v0.1";

    /// <summary>SLSA provenance.</summary>
    public const string ProvenanceV1 = "https://slsa.dev/provenance/v1";

    /// <summary>SLSA provenance of the earlier version.</summary>
    public const string ProvenanceV02 = "https://slsa.dev/provenance/v0.2";

    /// <summary>A build of Caisson: what its parameters mean is in docs/provenance.md.</summary>
    public const string BuildType = "urn:caisson:build:v1";

    /// <summary>The algorithm of the digest of a build context; see docs/provenance.md.</summary>
    public const string TreeAlgorithm = "caissonTree";
}
