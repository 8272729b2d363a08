using System.Text.Json;
using Caisson.Oci.Model;

namespace Caisson.Oci.Layout;

/// <summary>Reads the file that says which version of the specification a layout follows.</summary>
/// <remarks>image-spec v1.1.1, image-layout.md, "oci-layout file".</remarks>
internal static class LayoutMarker
{
    private const string Version = "1.0.0";

    /// <exception cref="InvalidImageException">It is not a marker of a version that is read.</exception>
    public static void Check(string place, byte[] content)
    {
        if (VersionOf(content) is not { } version)
            throw new InvalidImageException($"{place} is not an OCI image layout: its \"{LayoutPaths.Marker}\" file names no version");
        if (version != Version)
            throw new InvalidImageException($"{place} is an OCI image layout of version \"{version}\"; only {Version} is read");
    }

    private static string? VersionOf(byte[] content)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(content);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("imageLayoutVersion", out JsonElement version)
                && version.ValueKind == JsonValueKind.String ? version.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
