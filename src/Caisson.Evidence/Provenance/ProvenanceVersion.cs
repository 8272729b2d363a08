namespace Caisson.Evidence.Provenance;

/// <summary>The versions of SLSA's provenance that are written.</summary>
public enum ProvenanceVersion
{
    /// <summary>https://slsa.dev/provenance/v1.</summary>
    V1,

    /// <summary>https://slsa.dev/provenance/v0.2, for readers that know no other.</summary>
    V02,
}
