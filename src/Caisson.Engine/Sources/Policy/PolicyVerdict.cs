namespace Caisson.Engine.Sources.Policy;

/// <summary>What becomes of a source.</summary>
/// <param name="Source">The source that is used: the one asked for, or what a rule made of it.</param>
internal sealed record PolicyVerdict(SourceIdentifier Source)
{
    /// <summary>Why it is denied; null when it is not.</summary>
    public string? Denial { get; init; }

    /// <summary>The rule that decided; null when none did.</summary>
    public PolicyRule? Rule { get; init; }

    /// <summary>What is demanded of it: an attribute of the rule, else of the source itself; null for nothing.</summary>
    public string? Demand(string attribute) => Rule?.Updates.GetValueOrDefault(attribute) ?? Source.Attributes.GetValueOrDefault(attribute);
}
