namespace Caisson.Linux.Sandbox;

/// <summary>A limit of a program's resources: setrlimit(2).</summary>
/// <param name="Name">The resource in capitals, without <c>RLIMIT_</c>.</param>
/// <param name="Soft">What it may use; <see cref="Unlimited"/> for all it wants.</param>
/// <param name="Hard">How far it may raise that.</param>
public sealed record ResourceLimit(string Name, ulong Soft, ulong Hard)
{
    /// <summary>No limit.</summary>
    public const ulong Unlimited = ulong.MaxValue;
}
