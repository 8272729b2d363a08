using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>A name in a registry as a place to put an image.</summary>
/// <param name="client">Not disposed.</param>
/// <param name="target">The name; without tag and digest, the tag <c>latest</c>.</param>
/// <param name="mountFrom">Repositories of the same registry that may hold some of the layers.</param>
public sealed class RegistrySink(RegistryClient client, Reference target, ImmutableArray<Reference> mountFrom = default) : IMultiPlatformImageSink
{
    /// <inheritdoc/>
    /// <exception cref="RegistryException">The registry could not be asked, or refused.</exception>
    public Task WriteAsync(Image image, CancellationToken ct) => client.PushAsync(image, target, mountFrom, ct);

    /// <inheritdoc/>
    /// <exception cref="RegistryException">The registry could not be asked, or refused.</exception>
    public Task WriteAsync(MultiPlatformImage image, CancellationToken ct) => client.PushAsync(image, target, mountFrom, ct);
}
