using Caisson.Oci.Model;

namespace Caisson.Oci.Images;

/// <summary>A place that images can be taken from by name: a registry, a layout, an archive.</summary>
public interface IImageSource
{
    /// <summary>Finds an image. Where the name stands for several platforms, the one that <paramref name="platform"/> accepts is taken.</summary>
    /// <exception cref="ImageNotFoundException">There is no such image here, or none for the platform.</exception>
    /// <exception cref="InvalidImageException">What is there is not an image.</exception>
    Task<Image> GetImageAsync(Reference reference, Platform platform, CancellationToken ct);
}
