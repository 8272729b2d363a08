namespace Caisson.Conformance.Catalog;

/// <summary>How a case must be refused.</summary>
internal sealed record ExpectedRefusal
{
    /// <summary>One of the kinds of <c>refusals.json</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The line of the Dockerfile; null when the mistake is not in it.</summary>
    public int? Line { get; init; }
}
