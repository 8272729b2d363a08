using Caisson.Oci.Model;

namespace Caisson.Engine.Caching;

/// <summary>Records of steps that other machines did.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface IImportedSteps
{
    /// <summary>The records of a definition, one of each cache that has one.</summary>
    IEnumerable<ImportedStep> Find(Digest key);

    /// <summary>Records of an operation, whatever its inputs were.</summary>
    IEnumerable<ImportedStep> Candidates(Digest operation);
}
