using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>A file of the web that a build took.</summary>
/// <param name="Address">Where it came from, without credentials.</param>
/// <param name="Digest">The digest of its bytes.</param>
public sealed record HttpInput(string Address, Digest Digest);
