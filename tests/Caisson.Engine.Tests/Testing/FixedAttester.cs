using System.Collections.Immutable;
using System.Text;
using Caisson.Engine.Exporting;

namespace Caisson.Engine.Tests.Testing;

/// <summary>Says always the same, and remembers what it was asked.</summary>
internal sealed class FixedAttester : IAttester
{
    public List<AttestedResult> Asked { get; } = [];

    public Task<ImmutableArray<Attestation>> AttestAsync(AttestedResult result, CancellationToken ct)
    {
        Asked.Add(result);
        return Task.FromResult(ImmutableArray.Create(new Attestation { ArtifactType = "application/x.said", MediaType = "text/plain", Content = Encoding.UTF8.GetBytes("said"), FileName = "said.txt" }));
    }
}
