using Caisson.Engine;
using Caisson.Evidence.Provenance;

namespace Caisson.Evidence.Tests;

public sealed class ArchitectureTests
{
    [Fact]
    public void Evidence_knows_the_engine_and_what_is_below_it_and_the_engine_does_not_know_evidence()
    {
        Assert.Equal(["Caisson.Dockerfile", "Caisson.Engine", "Caisson.Linux", "Caisson.Oci"], OwnReferences(typeof(ProvenanceStatement)));
        Assert.DoesNotContain("Caisson.Evidence", OwnReferences(typeof(BuildEngine)));
    }

    private static string[] OwnReferences(Type type) =>
        [.. type.Assembly.GetReferencedAssemblies().Select(static a => a.Name ?? "").Where(static n => n.StartsWith("Caisson.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
