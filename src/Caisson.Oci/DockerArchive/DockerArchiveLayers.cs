namespace Caisson.Oci.DockerArchive;

/// <summary>In which form layers go into an archive for <c>docker load</c>.</summary>
public enum DockerArchiveLayers
{
    /// <summary>As plain tars, the way <c>docker save</c> writes them. The image keeps its ID, but its manifest is another one.</summary>
    Uncompressed,

    /// <summary>As the image has them, the way BuildKit's docker exporter writes them. The image keeps its manifest, so its digest too.</summary>
    AsStored,
}
