namespace Caisson.Oci.Registry;

/// <summary>Where a repository is really read or written: the host of its name, or what the settings put in its place.</summary>
/// <param name="Host">Host and optional port.</param>
/// <param name="Repository">The repository's path there.</param>
/// <param name="IsMirror">Whether this is a copy, after which others are asked.</param>
internal sealed record RegistryLocation(string Host, string Repository, bool IsMirror = false);
