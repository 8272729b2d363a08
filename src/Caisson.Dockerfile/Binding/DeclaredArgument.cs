namespace Caisson.Dockerfile.Binding;

/// <summary>An argument that a stage has declared.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value it got; null when there is none.</param>
public sealed record DeclaredArgument(string Name, string? Value);
