namespace Caisson.Conformance.Comparison;

/// <summary>A statement that does not hold for both builds.</summary>
/// <param name="Facet">What kind of statement.</param>
/// <param name="Subject">What it is about, such as a path.</param>
/// <param name="Ours">What Caisson's build says; null when it says nothing.</param>
/// <param name="Theirs">What the other build says.</param>
internal sealed record Difference(string Facet, string Subject, string? Ours, string? Theirs)
{
    public override string ToString() => $"{Facet} {Subject}\n    ours:   {Ours ?? "(nothing)"}\n    theirs: {Theirs ?? "(nothing)"}";
}
