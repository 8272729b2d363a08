using Caisson.Oci.Model;

namespace Caisson.Evidence.Verification;

/// <summary>A statement whose signature is of the key, and which is about the image.</summary>
/// <param name="Manifest">The manifest that it is kept under.</param>
/// <param name="Facts">What it says.</param>
/// <param name="Statement">The statement, byte for byte.</param>
public sealed record VerifiedStatement(Digest Manifest, StatementFacts Facts, ReadOnlyMemory<byte> Statement);
