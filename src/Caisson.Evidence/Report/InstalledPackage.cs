namespace Caisson.Evidence.Report;

/// <summary>A package that a layer brought, or brought in another version.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Architecture">Its architecture; empty when it does not say.</param>
/// <param name="Before">The version that was there below; null when there was none.</param>
public sealed record InstalledPackage(string Name, string Version, string Architecture, string? Before);
