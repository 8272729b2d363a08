using Caisson.Conformance.Catalog;

namespace Caisson.Conformance.Builders;

/// <summary>Something that builds images of Dockerfiles.</summary>
internal interface IBuilder
{
    /// <summary>Builds a case into an OCI image layout and reads that.</summary>
    /// <param name="folder">The case, ready to be built. Only read.</param>
    /// <param name="output">A directory that is not there yet, for the layout.</param>
    Task<BuildOutcome> BuildAsync(CaseFolder folder, string output, CancellationToken ct);
}
