namespace Caisson.Engine.Reproducing;

/// <summary>How two contents differ.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Detail">What was seen, for people; empty for nothing in particular.</param>
internal sealed record ContentDifference(DifferenceKind Kind, string Detail)
{
    /// <summary>The usual cure, where there is a better one than that of the kind.</summary>
    public string? Cure { get; init; }
}
