using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>What a manifest says that it belongs to.</summary>
/// <remarks>image-spec v1.1.1, manifest.md and image-index.md, "subject"; distribution-spec v1.1.1, "Pushing Manifests with Subject".</remarks>
internal static class Subjects
{
    /// <summary>The subject, and how lists of its referrers name the manifest; null when it has none.</summary>
    public static (Digest Subject, Descriptor Referrer)? Find(string mediaType, ReadOnlySpan<byte> content)
    {
        if (content.IndexOf("\"subject\""u8) < 0)
            return null;
        Descriptor named = Descriptor.Of(mediaType, content);
        if (MediaTypes.IsIndex(mediaType))
        {
            ImageIndex index = OciJson.ReadIndex(content);
            return index.Subject is { } subject ? (subject.Digest, named with { ArtifactType = index.ArtifactType, Annotations = index.Annotations }) : null;
        }
        if (!MediaTypes.IsManifest(mediaType))
            return null;
        ImageManifest manifest = OciJson.ReadManifest(content);
        return manifest.Subject is { } of
            ? (of.Digest, named with { ArtifactType = manifest.ArtifactType ?? manifest.Config.MediaType, Annotations = manifest.Annotations })
            : null;
    }
}
