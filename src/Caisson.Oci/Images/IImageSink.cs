namespace Caisson.Oci.Images;

/// <summary>A place that an image can be written to: a registry, a layout, an archive. A failed write leaves nothing that looks whole.</summary>
public interface IImageSink
{
    /// <summary>Writes the image and returns when it is complete there.</summary>
    Task WriteAsync(Image image, CancellationToken ct);
}
