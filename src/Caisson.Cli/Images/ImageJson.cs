using System.Text.Json;
using Caisson.Engine;
using Caisson.Oci.Images;

namespace Caisson.Cli.Images;

/// <summary>What an image says of itself, for programs. Sizes are in bytes.</summary>
internal static class ImageJson
{
    /// <summary>The document.</summary>
    public static string Write(PlacedImage placed) => JsonOutput.Write(json =>
    {
        Image image = placed.Image;
        json.WriteString("place", placed.Place);
        Write(json, image);
        json.WritePropertyName("manifest");
        json.WriteRawValue(image.ManifestBytes.Span);
        json.WritePropertyName("config");
        json.WriteRawValue(image.ConfigBytes.Span);
    });

    /// <summary>The facts that name an image.</summary>
    public static void Write(Utf8JsonWriter json, Image image)
    {
        json.WriteString("digest", image.Descriptor.Digest.Value);
        json.WriteString("mediaType", image.Descriptor.MediaType);
        json.WriteString("id", image.Manifest.Config.Digest.Value);
        json.WriteString("platform", image.Config.Platform.ToString());
        json.WriteNumber("sizeBytes", image.Layers.Sum(static l => l.Blob.Size));
    }
}
