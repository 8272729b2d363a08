using System.Collections.Immutable;
using Caisson.Engine.Exporting;
using Caisson.Evidence.Signing;

namespace Caisson.Evidence.Provenance;

/// <summary>Says of each export of a build how it was built, signed when there is a key.</summary>
/// <param name="facts">What is said.</param>
/// <param name="key">What it is signed with; null when it is not. Not disposed.</param>
public sealed class ProvenanceAttester(ProvenanceFacts facts, SigningKey? key) : IAttester
{
    /// <summary>The statement of the first export that it was asked for; null when it was asked for none.</summary>
    public ReadOnlyMemory<byte>? First { get; private set; }

    /// <inheritdoc/>
    public Task<ImmutableArray<Attestation>> AttestAsync(AttestedResult result, CancellationToken ct)
    {
        if (result.IsFiles && facts.Options.IsForImagesOnly)
            return Task.FromResult(ImmutableArray<Attestation>.Empty);
        byte[] statement = ProvenanceStatement.Write(facts, result);
        First ??= statement;
        return Task.FromResult(Attestations.Of(statement, ProvenanceStatement.PredicateTypeOf(facts.Options.Version), facts.Options.FileName, key, result.IsFiles));
    }
}
