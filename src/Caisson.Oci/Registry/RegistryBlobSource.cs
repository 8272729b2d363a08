using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>The blobs of one repository. An upload to the same registry recognises it and mounts instead of sending.</summary>
internal sealed class RegistryBlobSource(BlobApi blobs, Reference repository) : IBlobSource
{
    public Reference Repository { get; } = repository;

    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) => blobs.OpenAsync(Repository, blob, ct);
}
