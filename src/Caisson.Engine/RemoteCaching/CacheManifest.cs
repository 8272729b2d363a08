using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Oci.Model;

namespace Caisson.Engine.RemoteCaching;

/// <summary>The forms that a cache has where there are manifests: that of an image, that of an index, and a part of an ordinary image.</summary>
internal static class CacheManifest
{
    /// <summary>The media type of the document, which is BuildKit's.</summary>
    public const string DocumentType = "application/vnd.buildkit.cacheconfig.v0";

    /// <summary>The field of an image's configuration that holds a cache.</summary>
    public const string InlineField = "caisson.cache.v1";

    /// <summary>The blobs that a document needs, each once.</summary>
    public static ImmutableArray<Descriptor> BlobsOf(CacheDocument document)
    {
        Dictionary<Digest, Descriptor> blobs = [];
        foreach (SharedLayer layer in document.Layers)
        {
            if (layer.Blob is { } blob)
                blobs.TryAdd(blob.Digest, blob);
        }
        foreach (SharedMount mount in document.Mounts)
        {
            blobs.TryAdd(mount.List.Digest, mount.List);
            foreach (Descriptor change in mount.Changes)
                blobs.TryAdd(change.Digest, change);
        }
        return [.. blobs.Values];
    }

    /// <summary>The document as a blob.</summary>
    public static (Descriptor Blob, byte[] Content) DocumentOf(CacheDocument document)
    {
        byte[] content = CacheDocumentJson.Write(document);
        return (Descriptor.Of(DocumentType, content), content);
    }

    /// <summary>The manifest or index over a document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="config">The document as a blob.</param>
    /// <param name="export">Which form.</param>
    public static (string MediaType, byte[] Content) Write(CacheDocument document, Descriptor config, CacheExport export)
    {
        ImmutableArray<Descriptor> blobs = [.. BlobsOf(document).Select(b => b with { MediaType = TypeOf(b.MediaType, export.UsesOciMediaTypes) })];
        if (export.IsImageManifest)
            return (MediaTypes.OciManifest, OciJson.Write(new ImageManifest { SchemaVersion = 2, MediaType = MediaTypes.OciManifest, Config = config, Layers = blobs }));
        string type = export.UsesOciMediaTypes ? MediaTypes.OciIndex : MediaTypes.DockerIndex;
        return (type, OciJson.Write(new ImageIndex { SchemaVersion = 2, MediaType = type, Manifests = [.. blobs, config] }));
    }

    /// <summary>The cache behind a manifest or index.</summary>
    /// <param name="manifest">Its bytes.</param>
    /// <param name="mediaType">What it is.</param>
    /// <param name="platforms">Of the images of an index, which.</param>
    /// <param name="read">Reads a blob, or a manifest by digest, that is not large.</param>
    /// <exception cref="InvalidImageException">It is damaged.</exception>
    public static async Task<CacheReading> ReadAsync(byte[] manifest, string mediaType, ImmutableArray<Platform> platforms, Func<Descriptor, Task<byte[]>> read)
    {
        if (!MediaTypes.IsIndex(mediaType))
            return await ReadAsync(OciJson.ReadManifest(manifest), read).ConfigureAwait(false);
        ImageIndex index = OciJson.ReadIndex(manifest);
        if (index.Manifests.FirstOrDefault(static m => m.MediaType == DocumentType) is { } document)
            return new CacheReading(true, CacheDocumentJson.Read(await read(document).ConfigureAwait(false)));
        CacheDocument? all = null;
        foreach (Platform platform in platforms)
        {
            if (index.Find(platform) is { } image && MediaTypes.IsManifest(image.MediaType)
                && (await ReadAsync(OciJson.ReadManifest(await read(image).ConfigureAwait(false)), read).ConfigureAwait(false)).Document is { } carried)
                all = all is null ? carried : all.With(carried);
        }
        return new CacheReading(true, all);
    }

    private static async Task<CacheReading> ReadAsync(ImageManifest manifest, Func<Descriptor, Task<byte[]>> read)
    {
        byte[] content = await read(manifest.Config).ConfigureAwait(false);
        if (manifest.Config.MediaType == DocumentType)
            return new CacheReading(true, CacheDocumentJson.Read(content));
        if (manifest.Config.MediaType is not (MediaTypes.OciConfig or MediaTypes.DockerConfig))
            return new CacheReading(true, null);
        ImageConfig config = OciJson.ReadConfig(content);
        if (config.Unknown?.TryGetValue(InlineField, out JsonElement member) is not true)
            return new CacheReading(true, null);
        return new CacheReading(true, CacheDocumentJson.ReadInline(member) is { } document ? WithBlobs(document, manifest, config) : null);
    }

    // Layers of an image are named by their diff IDs, in which the document and the image agree.
    private static CacheDocument? WithBlobs(CacheDocument document, ImageManifest manifest, ImageConfig config)
    {
        if (config.RootFs.DiffIds.Length != manifest.Layers.Length)
            throw new InvalidImageException("the image has another number of layers than its configuration says");
        Dictionary<Digest, Descriptor> blobs = [];
        for (int i = 0; i < manifest.Layers.Length; i++)
            blobs.TryAdd(config.RootFs.DiffIds[i], manifest.Layers[i]);
        // One that was exported as eStargz has other archives.
        if (document.Layers.Any(l => !blobs.ContainsKey(l.DiffId)))
            return null;
        return document with { Layers = [.. document.Layers.Select(l => l with { Blob = blobs[l.DiffId] })] };
    }

    private static string TypeOf(string mediaType, bool isOci) => (mediaType, isOci) switch
    {
        (MediaTypes.OciLayer, false) => MediaTypes.DockerLayer,
        (MediaTypes.OciLayerGzip, false) => MediaTypes.DockerLayerGzip,
        (MediaTypes.DockerLayer, true) => MediaTypes.OciLayer,
        (MediaTypes.DockerLayerGzip, true) => MediaTypes.OciLayerGzip,
        _ => mediaType,
    };
}
