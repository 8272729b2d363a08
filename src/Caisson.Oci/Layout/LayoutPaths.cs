using Caisson.Oci.Model;

namespace Caisson.Oci.Layout;

/// <summary>Where things are in a layout.</summary>
/// <remarks>image-spec v1.1.1, image-layout.md, "Content".</remarks>
internal static class LayoutPaths
{
    /// <summary>The file that makes a directory a layout.</summary>
    public const string Marker = "oci-layout";

    /// <summary>The file that names the images.</summary>
    public const string Index = "index.json";

    /// <summary>The directory of the blobs.</summary>
    public const string Blobs = "blobs";

    /// <summary>What the marker says.</summary>
    public static ReadOnlySpan<byte> MarkerContent => """{"imageLayoutVersion":"1.0.0"}"""u8;

    /// <summary>The file of a blob.</summary>
    public static string Blob(Digest digest) => $"{Blobs}/{digest.Algorithm}/{digest.Hex}";
}
