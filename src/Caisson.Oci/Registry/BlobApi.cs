using System.Net;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>Blobs of a registry, for reading.</summary>
/// <remarks>distribution-spec v1.1.1, "Pulling blobs".</remarks>
internal sealed class BlobApi(RegistryConnection connection)
{
    /// <summary>Whether a repository has a blob.</summary>
    /// <param name="scope">What the credentials must allow; an upload asks with its own, so that one token does for both.</param>
    public async Task<bool> ExistsAsync(Reference repository, Digest digest, string scope, CancellationToken ct)
    {
        RegistryRequest request = await RequestAsync(HttpMethod.Head, repository, digest, ct).ConfigureAwait(false) with
        {
            Scope = scope,
            Expected = [HttpStatusCode.OK, HttpStatusCode.NotFound],
        };
        return await Attempts.RunAsync(connection.Options, async attempt =>
        {
            using HttpResponseMessage response = await connection.SendAsync(request, attempt).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.OK;
        }, ct).ConfigureAwait(false);
    }

    /// <summary>A blob from its first byte, verified while it is read; broken transfers are taken up again.</summary>
    /// <exception cref="BlobNotFoundException">The repository has no such blob.</exception>
    public async Task<Stream> OpenAsync(Reference repository, Descriptor blob, CancellationToken ct)
    {
        RegistryRequest request = await RequestAsync(HttpMethod.Get, repository, blob.Digest, ct).ConfigureAwait(false);
        BlobDownload download = new(connection, request, repository.Name, blob);
        try
        {
            await download.OpenAsync(ct).ConfigureAwait(false);
            return new VerifyingStream(download, blob);
        }
        catch (Exception e)
        {
            await download.DisposeAsync().ConfigureAwait(false);
            if (e is RegistryException { Kind: RegistryErrorKind.NotFound })
                throw new BlobNotFoundException(blob.Digest, repository.Name);
            throw;
        }
    }

    /// <summary>A blob that is held in memory, such as a configuration.</summary>
    public async Task<byte[]> ReadAsync(Reference repository, Descriptor blob, int maxBytes, CancellationToken ct)
    {
        Stream stream = await OpenAsync(repository, blob, ct).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
            return await BoundedBody.ReadAsync(stream, maxBytes, ct).ConfigureAwait(false)
                ?? throw new InvalidImageException($"blob {blob.Digest} is larger than {maxBytes} bytes");
    }

    private async Task<RegistryRequest> RequestAsync(HttpMethod method, Reference repository, Digest digest, CancellationToken ct)
    {
        RegistryHost host = await connection.HostAsync(repository, ct).ConfigureAwait(false);
        return new RegistryRequest
        {
            Method = method,
            Host = host,
            Uri = host.At($"{repository.Repository}/blobs/{digest}"),
            Scope = Scopes.Pull(repository.Repository),
            What = $"blob {digest} of {repository.Repository}",
            Expected = [HttpStatusCode.OK],
        };
    }
}
