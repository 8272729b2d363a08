using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>Finds the images that a Dockerfile names. A plan needs their configurations; their layers stay where they are.</summary>
internal interface IImageResolver
{
    /// <summary>Finds an image and pins it.</summary>
    /// <exception cref="Oci.Images.ImageNotFoundException">There is no such image, or none for the platform.</exception>
    /// <exception cref="Oci.Registry.RegistryException">A registry cannot be asked.</exception>
    Task<ResolvedImage> ResolveAsync(Reference reference, Platform platform, CancellationToken ct);
}
