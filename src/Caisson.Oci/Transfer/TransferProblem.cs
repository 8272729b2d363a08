namespace Caisson.Oci.Transfer;

/// <summary>What stands in the way of an operation on images.</summary>
public enum TransferProblem
{
    /// <summary>The place holds one image for one platform, the graph is more or something else.</summary>
    HoldsOneImage,

    /// <summary>There is no image for the platform.</summary>
    NoSuchPlatform,

    /// <summary>Something that the graph names is not in the place that it was read from.</summary>
    Incomplete,

    /// <summary>The digest would be another one, and that was not to be.</summary>
    DigestChanges,

    /// <summary>The format has no word for something that the graph holds.</summary>
    FormatLacks,

    /// <summary>The image does not stand on the base that was named.</summary>
    OtherBase,

    /// <summary>Nothing says what the base of the image is.</summary>
    UnknownBase,

    /// <summary>What should become a layer is no archive of files.</summary>
    BadLayer,

    /// <summary>An index would name two images for one platform.</summary>
    PlatformTwice,

    /// <summary>An index is needed, and there is something else.</summary>
    NoIndex,

    /// <summary>An index has no such entry.</summary>
    NoSuchEntry,

    /// <summary>It is an artifact of another kind than an image.</summary>
    NoImage,
}
