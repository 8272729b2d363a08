namespace Caisson.Linux.Sandbox;

/// <summary>What keeps a process from a rung.</summary>
/// <param name="Rung">The rung.</param>
/// <param name="Reason">What was tried, and what came of it.</param>
/// <param name="Cure">What to do about it.</param>
public sealed record RungObstacle(Rung Rung, string Reason, string Cure);
