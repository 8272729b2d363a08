using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.ObjectStorage;

namespace Caisson.Engine.RemoteCaching;

/// <summary>A shared cache in a bucket: an object for each blob, and one for each name of the cache, which is the document. The keys are BuildKit's.</summary>
/// <param name="client">Speaks to the bucket; disposed with the cache.</param>
/// <param name="bucket">The bucket.</param>
/// <param name="time">For the age of blobs.</param>
internal sealed class S3Cache(S3Client client, S3Bucket bucket, TimeProvider time) : ICacheStore, IBlobSource
{
    private readonly SemaphoreSlim _uploads = new(bucket.UploadParallelism);

    /// <inheritdoc/>
    public IBlobSource Blobs => this;

    /// <inheritdoc/>
    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) => Task.FromResult(client.Open(KeyOf(blob.Digest), blob.Size));

    /// <inheritdoc/>
    public async Task<CacheReading> ReadAsync(CancellationToken ct) =>
        await client.ReadAsync(KeyOf(bucket.Names[0]), CacheDocumentJson.MaxBytes, ct).ConfigureAwait(false) is { } document
            ? new CacheReading(true, CacheDocumentJson.Read(document))
            : CacheReading.Nothing;

    /// <inheritdoc/>
    public async Task WriteBlobAsync(Descriptor blob, IBlobSource from, CancellationToken ct)
    {
        await _uploads.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            string key = KeyOf(blob.Digest);
            if (await client.FindAsync(key, ct).ConfigureAwait(false) is not { } written)
                await client.WriteAsync(key, blob.Digest.Hex, blob.Size, token => from.OpenBlobAsync(blob, token), ct).ConfigureAwait(false);
            else if (time.GetUtcNow() - written > bucket.TouchRefresh)
                await client.TouchAsync(key, ct).ConfigureAwait(false);
        }
        finally
        {
            _uploads.Release();
        }
    }

    /// <inheritdoc/>
    public async Task WriteAsync(CacheDocument document, CancellationToken ct)
    {
        byte[] content = CacheDocumentJson.Write(document);
        string sha256 = Digest.OfBytes(content).Hex;
        foreach (string name in bucket.Names)
            await client.WriteAsync(KeyOf(name), sha256, content.Length, _ => Task.FromResult<Stream>(new MemoryStream(content, writable: false)), ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _uploads.Dispose();
        client.Dispose();
    }

    private string KeyOf(Digest blob) => bucket.Prefix + bucket.BlobsPrefix + blob.Value;

    private string KeyOf(string name) => bucket.Prefix + bucket.ManifestsPrefix + name;
}
