using Caisson.Oci.Model;

namespace Caisson.Oci.Transfer;

/// <summary>Tells images from artifacts that are kept in the same form.</summary>
public static class ImageKinds
{
    /// <summary>The annotation by which an index says which of its manifests another one speaks of.</summary>
    /// <remarks>BuildKit, docs/attestations/attestation-storage.md.</remarks>
    public const string SubjectAnnotation = "vnd.docker.reference.digest";

    /// <summary>The annotation that says what such a manifest is, for example <c>attestation-manifest</c>.</summary>
    public const string TypeAnnotation = "vnd.docker.reference.type";

    /// <summary>Whether a manifest is of an image: its configuration is one of an image.</summary>
    public static bool IsImage(ImageManifest manifest) =>
        manifest.ArtifactType is null && manifest.Config.MediaType is MediaTypes.OciConfig or MediaTypes.DockerConfig && manifest.Layers.All(static l => IsLayer(l.MediaType));

    /// <summary>Whether an entry of an index says that it is for no platform: an attestation beside the images.</summary>
    public static bool IsBeside(Descriptor entry) => entry.Platform is { Os: "unknown" } || entry.ArtifactType is not null || entry.Annotations?.ContainsKey(TypeAnnotation) == true;

    // Attestations have the configuration of an image, but statements for layers.
    private static bool IsLayer(string mediaType) => !mediaType.StartsWith("application/vnd.in-toto", StringComparison.Ordinal);
}
