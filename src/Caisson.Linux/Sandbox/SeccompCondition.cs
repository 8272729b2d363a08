namespace Caisson.Linux.Sandbox;

/// <summary>What the first argument of a system call must be.</summary>
/// <param name="Comparison">How it is compared.</param>
/// <param name="Value">With what; the mask, where none of its bits may be set.</param>
internal readonly record struct SeccompCondition(SeccompComparison Comparison, long Value);
