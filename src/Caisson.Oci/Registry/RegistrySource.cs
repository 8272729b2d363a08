using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>Registries as a place to take images from.</summary>
/// <param name="client">Not disposed.</param>
public sealed class RegistrySource(RegistryClient client) : IImageSource
{
    /// <inheritdoc/>
    /// <exception cref="RegistryException">The registry could not be asked, or refused.</exception>
    public async Task<Image> GetImageAsync(Reference reference, Platform platform, CancellationToken ct)
    {
        try
        {
            return await client.PullAsync(reference, platform, ct).ConfigureAwait(false);
        }
        catch (RegistryException e) when (e.Kind == RegistryErrorKind.NotFound)
        {
            throw new ImageNotFoundException(e.Message, e);
        }
        catch (RegistryException e) when (e.Kind == RegistryErrorKind.InvalidContent)
        {
            throw new InvalidImageException(e.Message, e);
        }
    }
}
