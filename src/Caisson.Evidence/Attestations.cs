using System.Collections.Immutable;
using Caisson.Engine.Exporting;
using Caisson.Evidence.Provenance;
using Caisson.Evidence.Signing;

namespace Caisson.Evidence;

/// <summary>The forms in which a statement is kept.</summary>
internal static class Attestations
{
    /// <summary>The statement as it is, or in an envelope when it is signed.</summary>
    /// <remarks>
    /// A signed one is kept beside an image twice: as a DSSE envelope, and in the bundle that cosign reads. Who exports files gets the statement itself, and the bundle.
    /// </remarks>
    /// <param name="statement">The statement.</param>
    /// <param name="predicateType">The type of its predicate.</param>
    /// <param name="fileName">The name of its file.</param>
    /// <param name="key">What it is signed with; null when it is not.</param>
    /// <param name="isFiles">Whether files are exported, and no image.</param>
    public static ImmutableArray<Attestation> Of(byte[] statement, string predicateType, string fileName, SigningKey? key, bool isFiles)
    {
        ImmutableSortedDictionary<string, string> annotations = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add(InToto.PredicateTypeAnnotation, predicateType);
        Attestation plain = new() { ArtifactType = InToto.MediaType, MediaType = InToto.MediaType, Content = statement, Annotations = annotations, FileName = fileName };
        if (key is null)
            return [plain];
        DsseEnvelope envelope = DsseEnvelope.Sign(InToto.MediaType, statement, key);
        Attestation bundle = new()
        {
            ArtifactType = SigstoreBundle.MediaType,
            MediaType = SigstoreBundle.MediaType,
            Content = SigstoreBundle.Write(envelope, key.Public),
            Annotations = SigstoreBundle.AnnotationsOf(predicateType),
            FileName = SigstoreBundle.FileNameOf(fileName),
        };
        return isFiles ? [plain, bundle] : [plain with { MediaType = DsseEnvelope.MediaType, Content = envelope.Write() }, bundle];
    }
}
