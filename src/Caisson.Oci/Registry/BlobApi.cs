using System.Collections.Concurrent;
using System.Net;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>Blobs of a registry, but for sending them.</summary>
/// <remarks>distribution-spec v1.1.1, "Pulling blobs" and "Deleting Blobs".</remarks>
internal sealed class BlobApi(RegistryConnection connection)
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _slots = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a repository has a blob, there where it is written.</summary>
    /// <param name="scope">What the credentials must allow; an upload asks with its own, so that one token does for both.</param>
    public async Task<bool> ExistsAsync(Reference repository, Digest digest, Func<string, string> scope, CancellationToken ct)
    {
        RegistryEndpoint endpoint = await connection.EndpointAsync(repository, ct).ConfigureAwait(false);
        RegistryRequest request = Request(HttpMethod.Head, endpoint, digest) with
        {
            Scope = scope(endpoint.Repository),
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
    /// <exception cref="RegistryException">The registry cannot be asked, or the blob is a foreign layer that it does not have.</exception>
    public async Task<Stream> OpenAsync(Reference repository, Descriptor blob, CancellationToken ct)
    {
        BlobDownload download = new(connection, this, repository, blob);
        try
        {
            await download.OpenAsync(ct).ConfigureAwait(false);
            return new VerifyingStream(download, blob);
        }
        catch (Exception e)
        {
            await download.DisposeAsync().ConfigureAwait(false);
            if (e is not RegistryException { Kind: RegistryErrorKind.NotFound })
                throw;
            throw blob.Urls is null or [] ? new BlobNotFoundException(blob.Digest, repository.Name) : Foreign(repository, blob);
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

    /// <summary>Removes a blob from a repository.</summary>
    /// <exception cref="RegistryException">There is none, or the registry does not remove.</exception>
    public async Task DeleteAsync(Reference repository, Digest digest, CancellationToken ct)
    {
        RegistryEndpoint endpoint = await connection.EndpointAsync(repository, ct).ConfigureAwait(false);
        RegistryRequest request = Request(HttpMethod.Delete, endpoint, digest) with
        {
            Scope = Scopes.Delete(endpoint.Repository),
            Expected = [HttpStatusCode.Accepted, HttpStatusCode.OK, HttpStatusCode.NoContent],
        };
        await Attempts.RunAsync(connection.Options, async attempt =>
        {
            using HttpResponseMessage response = await connection.SendAsync(request, attempt).ConfigureAwait(false);
            return true;
        }, ct).ConfigureAwait(false);
    }

    /// <summary>The request for a blob.</summary>
    public static RegistryRequest Request(HttpMethod method, RegistryEndpoint endpoint, Digest digest) => new()
    {
        Method = method,
        Host = endpoint.Host,
        Repository = endpoint.Repository,
        Uri = endpoint.Host.At($"{endpoint.Repository}/blobs/{digest}"),
        Scope = Scopes.Pull(endpoint.Repository),
        What = $"blob {digest} of {endpoint.Repository}",
        Expected = [HttpStatusCode.OK],
    };

    /// <summary>What bounds the downloads from a host at the same time.</summary>
    public SemaphoreSlim SlotsOf(string host) => _slots.GetOrAdd(host, _ => new SemaphoreSlim(connection.Options.MaxParallelDownloads));

    // Its addresses are whatever somebody wrote into a manifest: following them would let an image choose what this machine asks for.
    private static RegistryException Foreign(Reference repository, Descriptor blob) => new(RegistryErrorKind.ForeignLayer, repository.Registry,
        $"{repository.Registry} does not have layer {blob.Digest} of {repository.Repository}, whose manifest names other addresses for it; those are not asked");
}
