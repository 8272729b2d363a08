using Caisson.Oci.Model;

namespace Caisson.Engine.Exporting;

/// <summary>Something that an attestation is about.</summary>
/// <param name="Name">A package URL of an image, or the path of a file; <c>_</c> for what has no name.</param>
/// <param name="Digest">The digest of the manifest, of the index or of the file.</param>
public sealed record AttestedSubject(string Name, Digest Digest);
