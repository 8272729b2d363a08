namespace Caisson.Dockerfile.Ignore;

/// <summary>What an ignore file says about a path.</summary>
/// <param name="IsIgnored">True when the path stays outside.</param>
/// <param name="DecidedBy">The pattern that settles it: the last that changed the verdict; null when none matches.</param>
public readonly record struct IgnoreVerdict(bool IsIgnored, IgnorePattern? DecidedBy);
