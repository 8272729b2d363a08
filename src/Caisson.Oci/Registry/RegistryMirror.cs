namespace Caisson.Oci.Registry;

/// <summary>A place that has copies of a registry's repositories.</summary>
/// <param name="Location">Host, optional port and optional path: it takes the place of the rule's prefix.</param>
/// <param name="PullFrom">What it is asked for.</param>
/// <remarks>containers-registries.conf(5), <c>[[registry.mirror]]</c>.</remarks>
public sealed record RegistryMirror(string Location, PullFrom PullFrom = PullFrom.All);
