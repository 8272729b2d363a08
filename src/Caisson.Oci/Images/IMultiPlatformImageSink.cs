namespace Caisson.Oci.Images;

/// <summary>A place that images for several platforms can be written to under one name. A failed write leaves nothing that looks whole.</summary>
public interface IMultiPlatformImageSink : IImageSink
{
    /// <summary>Writes all the images and the index over them, and returns when they are complete there.</summary>
    Task WriteAsync(MultiPlatformImage image, CancellationToken ct);
}
