namespace Caisson.Dockerfile.Syntax;

/// <summary>A device that <c>RUN --device</c> asks for.</summary>
/// <param name="Name">The device's name in the Container Device Interface; empty when any will do.</param>
/// <param name="IsRequired">True when the step fails without it.</param>
/// <param name="Flag">The flag that asks.</param>
public sealed record DeviceRequest(string Name, bool IsRequired, Flag Flag);
