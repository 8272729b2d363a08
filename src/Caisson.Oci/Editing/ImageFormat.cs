namespace Caisson.Oci.Editing;

/// <summary>The two formats of manifests and indexes.</summary>
public enum ImageFormat
{
    /// <summary>OCI image manifest and image index.</summary>
    Oci,

    /// <summary>Docker image manifest version 2, schema 2, and manifest list.</summary>
    Docker,
}
