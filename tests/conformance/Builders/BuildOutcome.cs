using Caisson.Conformance.Images;

namespace Caisson.Conformance.Builders;

/// <summary>What came of a build.</summary>
/// <param name="Start">When it began.</param>
/// <param name="Log">All that the builder said.</param>
internal abstract record BuildOutcome(DateTimeOffset Start, string Log)
{
    /// <summary>An image.</summary>
    public sealed record Built(DateTimeOffset Start, string Log, BuiltImage Image) : BuildOutcome(Start, Log);

    /// <summary>Nothing, for a reason that the builder gave.</summary>
    public sealed record Refused(DateTimeOffset Start, string Log) : BuildOutcome(Start, Log);
}
