namespace Caisson.Linux.Machine;

/// <summary>One thing that this machine can do, or not.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="State">Whether it is there.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Cure">What to do about it; null when nothing need be done.</param>
public sealed record Finding(string Name, FindingState State, string Detail, string? Cure = null);
