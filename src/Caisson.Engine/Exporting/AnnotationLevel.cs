namespace Caisson.Engine.Exporting;

/// <summary>Where an annotation of an image stands.</summary>
public enum AnnotationLevel
{
    /// <summary>In the manifest of each image.</summary>
    Manifest,

    /// <summary>In the descriptor by which an index names a manifest.</summary>
    ManifestDescriptor,

    /// <summary>In the index.</summary>
    Index,

    /// <summary>In the descriptor by which an image layout names the index.</summary>
    IndexDescriptor,
}
