using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Engine.Imaging;

/// <summary>Which blob a layer became.</summary>
/// <param name="Blob">The blob, with the annotations that its layer carries in a manifest.</param>
/// <param name="DiffId">Digest of the uncompressed archive.</param>
internal sealed record BlobRecord(Descriptor Blob, Digest DiffId)
{
    private const string DiffIdAnnotation = "caisson.diff-id";

    /// <summary>Reads what <see cref="ToBytes"/> wrote; null when it is not that.</summary>
    public static BlobRecord? TryRead(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Descriptor written = OciJson.ReadDescriptor(bytes);
            if (written.Annotations is not { } facts || !facts.TryGetValue(DiffIdAnnotation, out string? text) || !Digest.TryParse(text, out Digest? diffId))
                return null;
            return new BlobRecord(written with { Annotations = facts.Count == 1 ? null : facts.Remove(DiffIdAnnotation) }, diffId);
        }
        catch (InvalidImageException)
        {
            return null; // cut short by a loss of power
        }
    }

    /// <summary>The record as a descriptor that says the digest of the archive too.</summary>
    public byte[] ToBytes() =>
        OciJson.Write(Blob with { Annotations = (Blob.Annotations ?? ImmutableSortedDictionary<string, string>.Empty).Add(DiffIdAnnotation, DiffId.Value) });
}
