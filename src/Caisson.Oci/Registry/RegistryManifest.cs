using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>A manifest or index as a registry holds it.</summary>
/// <param name="Descriptor">Names it; the media type is the one it was served as.</param>
/// <param name="Content">Its exact bytes: those that the digest names.</param>
public sealed record RegistryManifest(Descriptor Descriptor, ReadOnlyMemory<byte> Content);
