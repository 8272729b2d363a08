namespace Caisson.Linux.Sandbox;

/// <summary>No OCI runtime is on this machine, or not the one that was asked for.</summary>
public sealed class MissingRuntimeException(string? wanted) : Exception(
    wanted is null ? $"no OCI runtime is on this machine ({string.Join(", ", OciRuntime.Known)})" : $"the OCI runtime \"{wanted}\" is not on this machine");
