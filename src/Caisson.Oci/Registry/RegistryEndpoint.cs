namespace Caisson.Oci.Registry;

/// <summary>A repository at the registry that answers for it.</summary>
/// <param name="Host">The registry.</param>
/// <param name="Repository">The repository's path there.</param>
internal sealed record RegistryEndpoint(RegistryHost Host, string Repository);
