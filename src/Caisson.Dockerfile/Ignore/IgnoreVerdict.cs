namespace Caisson.Dockerfile.Ignore;

/// <summary>What an ignore file says about a path.</summary>
/// <param name="IsIgnored">True when the path stays outside.</param>
/// <param name="DecidedBy">The last pattern that matches the path or one of its directories; null when none does.</param>
public readonly record struct IgnoreVerdict(bool IsIgnored, IgnorePattern? DecidedBy);
