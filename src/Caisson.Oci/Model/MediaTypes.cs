namespace Caisson.Oci.Model;

/// <summary>The media types that images are made of.</summary>
/// <remarks>image-spec v1.1.1, media-types.md; Docker image manifest version 2, schema 2.</remarks>
public static class MediaTypes
{
    /// <summary>OCI image manifest.</summary>
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>OCI image index.</summary>
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";

    /// <summary>OCI image configuration.</summary>
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";

    /// <summary>The configuration of an artifact that has none: two bytes, <c>{}</c>.</summary>
    public const string OciEmpty = "application/vnd.oci.empty.v1+json";

    /// <summary>OCI layer, uncompressed.</summary>
    public const string OciLayer = "application/vnd.oci.image.layer.v1.tar";

    /// <summary>OCI layer, gzip.</summary>
    public const string OciLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";

    /// <summary>OCI layer, zstd.</summary>
    public const string OciLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";

    /// <summary>OCI layer that must not be pushed elsewhere, uncompressed; the others begin in the same way.</summary>
    public const string OciNondistributableLayer = "application/vnd.oci.image.layer.nondistributable.v1.tar";

    /// <summary>Docker image manifest, schema 2.</summary>
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>Docker manifest list.</summary>
    public const string DockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json";

    /// <summary>Docker image configuration.</summary>
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";

    /// <summary>Docker layer, uncompressed.</summary>
    public const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar";

    /// <summary>Docker layer, gzip.</summary>
    public const string DockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";

    /// <summary>Docker layer, zstd, as containerd names it.</summary>
    public const string DockerLayerZstd = "application/vnd.docker.image.rootfs.diff.tar.zstd";

    /// <summary>Docker layer that must not be pushed elsewhere, gzip.</summary>
    public const string DockerForeignLayerGzip = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";

    /// <summary>Whether this names a list of manifests for several platforms.</summary>
    public static bool IsIndex(string mediaType) => mediaType is OciIndex or DockerIndex;

    /// <summary>Whether this names a layer that must not be pushed elsewhere.</summary>
    public static bool IsNondistributable(string mediaType) =>
        mediaType == DockerForeignLayerGzip || mediaType.StartsWith(OciNondistributableLayer, StringComparison.Ordinal);

    /// <summary>Whether this names the manifest of one image.</summary>
    public static bool IsManifest(string mediaType) => mediaType is OciManifest or DockerManifest;
}
