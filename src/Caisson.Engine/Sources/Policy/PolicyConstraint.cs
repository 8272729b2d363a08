namespace Caisson.Engine.Sources.Policy;

/// <summary>What must be so of an attribute of a source.</summary>
/// <param name="Key">The attribute; one that a source does not have is empty.</param>
/// <param name="Value">What it is compared with.</param>
/// <param name="Condition">How.</param>
internal sealed record PolicyConstraint(string Key, string Value, PolicyCondition Condition);
