using System.Globalization;
using Caisson.Oci.ActionsCache;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.RemoteCaching;

/// <summary>
/// A shared cache in the cache service of GitHub Actions: an entry for each blob. Entries are written once, so the document is written under a number: the newest entry
/// whose key begins with its name counts.
/// </summary>
/// <param name="client">Speaks to the service; disposed with the cache.</param>
/// <param name="scope">The name of the cache.</param>
internal sealed class ActionsCache(ActionsCacheClient client, string scope) : ICacheStore, IBlobSource
{
    // Numbers of others who write at the same time, or died while they did.
    private const int MaxTaken = 50;

    /// <inheritdoc/>
    public IBlobSource Blobs => this;

    private string IndexPrefix => $"caisson-index-1-{scope}#";

    /// <inheritdoc/>
    public async Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct)
    {
        ActionsCacheEntry? entry = await client.FindAsync(KeyOf(blob.Digest), ct).ConfigureAwait(false);
        return entry is not null ? client.Open(entry, blob.Size) : throw new BlobNotFoundException(blob.Digest, "the cache service");
    }

    /// <inheritdoc/>
    public async Task<CacheReading> ReadAsync(CancellationToken ct)
    {
        if (await client.FindAsync(IndexPrefix, ct).ConfigureAwait(false) is not { } entry)
            return CacheReading.Nothing;
        return new CacheReading(true, CacheDocumentJson.Read(await client.ReadAsync(entry, CacheDocumentJson.MaxBytes, ct).ConfigureAwait(false)));
    }

    /// <inheritdoc/>
    public async Task WriteBlobAsync(Descriptor blob, IBlobSource from, CancellationToken ct)
    {
        if (await client.FindAsync(KeyOf(blob.Digest), ct).ConfigureAwait(false) is null)
            await client.TryWriteAsync(KeyOf(blob.Digest), blob.Size, token => from.OpenBlobAsync(blob, token), ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task WriteAsync(CacheDocument document, CancellationToken ct)
    {
        byte[] content = CacheDocumentJson.Write(document);
        long number = await client.FindAsync(IndexPrefix, ct).ConfigureAwait(false) is { } last ? NumberOf(last.Key) : 0;
        for (int taken = 0; taken < MaxTaken; taken++)
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"{IndexPrefix}{++number}");
            if (await client.TryWriteAsync(key, content.Length, _ => Task.FromResult<Stream>(new MemoryStream(content, writable: false)), ct).ConfigureAwait(false))
                return;
        }
        throw new CacheStoreException($"the next {MaxTaken} entries of {scope} are being written by others") { Hint = "choose another scope=" };
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private static string KeyOf(Digest blob) => $"caisson-blob-1-{blob.Value}";

    private long NumberOf(string key) =>
        key.StartsWith(IndexPrefix, StringComparison.Ordinal) && long.TryParse(key.AsSpan(IndexPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
}
