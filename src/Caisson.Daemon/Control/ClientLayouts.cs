using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Daemon.Sessions;
using Caisson.Engine;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;
using Grpc.Core;

namespace Caisson.Daemon.Control;

/// <summary>Image layouts of a client, as far as a build needs them: copied to directories of the daemon, which are kept as those of files are; and what is sent to such layouts.</summary>
internal static class ClientLayouts
{
    /// <summary>What the value of such a context begins with.</summary>
    public const string Prefix = "oci-layout://";

    private const int MaxDocumentBytes = 4 << 20;

    /// <summary>The value of a context that is such a directory.</summary>
    public static string At(ClientDirectory directory, string value) => $"{Prefix}{directory.Path}@{value.Split('@')[^1]}";

    /// <summary>Copies what a context needs.</summary>
    /// <param name="session">The client.</param>
    /// <param name="value">The context's value, <c>oci-layout://STORE[:tag]@digest</c>.</param>
    /// <param name="platforms">The platforms that are built for; none for all.</param>
    /// <param name="files">Has the directories.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The directory, until it is disposed.</returns>
    /// <exception cref="IOException">The client does not have it, it is no image, or the client is gone.</exception>
    public static Task<ClientDirectory> CopyAsync(ClientSession session, string value, ImmutableArray<Platform> platforms, SessionFiles files, CancellationToken ct)
    {
        string[] parts = value[Prefix.Length..].Split('@', 2);
        if (parts.Length < 2 || !Digest.TryParse(parts[1], out Digest? digest))
            throw new IOException($"\"{value}\" does not say which image of the layout is meant: a digest is missing");
        return CopyAsync(session, "oci:" + parts[0].Split(':')[0], digest, platforms, files, ct);
    }

    /// <summary>Copies what a digest stands for in a store of the client.</summary>
    /// <exception cref="IOException">The client does not have it, it is no graph of an image, or the client is gone.</exception>
    public static async Task<ClientDirectory> CopyAsync(ClientSession session, string store, Digest digest, ImmutableArray<Platform> platforms, SessionFiles files, CancellationToken ct)
    {
        SessionContent content = new(session, store);
        ClientDirectory directory = files.Open(session, new FileRequest(Prefix + digest.Value));
        try
        {
            using IDisposable change = directory.BeginChange();
            await CopyAsync(content, digest, platforms, directory, ct).ConfigureAwait(false);
            return directory;
        }
        catch (Exception e)
        {
            directory.Dispose();
            if (e is RpcException rpc && !ct.IsCancellationRequested)
                throw new IOException(rpc.Status.Detail, e);
            if (e is BlobNotFoundException or InvalidImageException or ImageNotFoundException)
                throw new IOException($"the image layout of the client cannot be read: {e.Message}", e);
            if (e is IOException full && directory.ExplainFull(full) is { } explained)
                throw explained;
            throw;
        }
    }

    /// <summary>Gives a client all that the only name of a layout leads to, and what is said of it.</summary>
    /// <param name="path">The layout.</param>
    /// <param name="session">The client.</param>
    /// <param name="store">Which of its stores.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>What the name stands for; null when the layout is empty.</returns>
    /// <exception cref="IOException">The client does not take it, or is gone.</exception>
    public static async Task<Descriptor?> SendAsync(string path, ClientSession session, string store, CancellationToken ct)
    {
        OciLayout layout = await OciLayout.CreateAsync(path, ct: ct).ConfigureAwait(false);
        if ((await layout.ReadIndexAsync(ct).ConfigureAwait(false)).Manifests.IsEmpty)
            return null;
        ImageGraph graph = await GraphReader.ReadAsync(new LayoutGraphSource(layout, name: null, path), new GraphReading { WithReferrers = true }, ct).ConfigureAwait(false);
        SessionContent content = new(session, store);
        try
        {
            // What names others comes after them.
            foreach (Descriptor blob in graph.Blobs.Select(static b => b.Blob).Concat(graph.InOrder().Select(static d => d.Descriptor)))
            {
                Stream stream = await layout.OpenBlobAsync(blob, ct).ConfigureAwait(false);
                await using (stream.ConfigureAwait(false))
                    await content.WriteBlobAsync(blob, stream, ct).ConfigureAwait(false);
            }
        }
        catch (RpcException e) when (!ct.IsCancellationRequested)
        {
            throw new IOException(e.Status.Detail, e);
        }
        return graph.Root;
    }

    private static async Task CopyAsync(SessionContent content, Digest digest, ImmutableArray<Platform> platforms, ClientDirectory directory, CancellationToken ct)
    {
        GraphReading reading = platforms.IsEmpty ? GraphReading.All : new GraphReading
        {
            Wants = entry => entry.Platform is not { } offered || MediaTypes.IsIndex(entry.MediaType) || platforms.Any(p => p.Accepts(offered)),
        };
        ImageGraph graph = await GraphReader.ReadAsync(new Source(content, digest), reading, ct).ConfigureAwait(false);
        Action<Digest, bool> grow = (_, isNew) =>
        {
            if (isNew)
                directory.Grow();
        };
        OciLayout layout = await OciLayout.CreateAsync(directory.Path, new OciLayoutOptions { Claim = grow }, ct).ConfigureAwait(false);
        foreach (GraphBlob blob in graph.Blobs.Where(b => !layout.HasBlob(b.Blob)))
            await layout.AddBlobAsync(blob.Blob, await content.OpenBlobAsync(blob.Blob, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        foreach (GraphDocument document in graph.Documents.Where(d => !layout.HasBlob(d.Descriptor)))
            await layout.AddBlobAsync(document.Descriptor, new MemoryStream(document.Content.ToArray(), writable: false), ct).ConfigureAwait(false);
        await layout.TagAsync(graph.Root, name: null, ct).ConfigureAwait(false);
    }

    // What the client does not have counts as missing: an index may name more than a layout holds.
    private sealed class Source(SessionContent content, Digest root) : IGraphSource
    {
        public string Place => "the client's image layout";

        public IBlobSource Blobs => content;

        public async Task<Descriptor> ResolveAsync(CancellationToken ct)
        {
            long size = await content.TryGetSizeAsync(root, ct).ConfigureAwait(false) ?? throw new BlobNotFoundException(root, Place);
            Descriptor unknown = new() { MediaType = "", Digest = root, Size = size };
            return unknown with { MediaType = MediaTypeOf(await ReadDocumentAsync(unknown, ct).ConfigureAwait(false)) };
        }

        public async Task<byte[]> ReadDocumentAsync(Descriptor document, CancellationToken ct)
        {
            if (document.Size is < 0 or > MaxDocumentBytes)
                throw new InvalidImageException($"{document.Digest} in {Place} has {document.Size} bytes, which is too many for a manifest");
            byte[] read = new byte[document.Size];
            Stream stream = await content.OpenBlobAsync(document, ct).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
                await stream.ReadExactlyAsync(read, ct).ConfigureAwait(false);
            return read;
        }

        public Task<ImmutableArray<Descriptor>> ReadReferrersAsync(Digest subject, CancellationToken ct) => Task.FromResult(ImmutableArray<Descriptor>.Empty);

        // As BuildKit finds it out: what the document says of itself, or else what it has.
        private static string MediaTypeOf(byte[] document)
        {
            try
            {
                using JsonDocument json = JsonDocument.Parse(document);
                if (json.RootElement.TryGetProperty("mediaType", out JsonElement said) && said.ValueKind == JsonValueKind.String && said.GetString() is { Length: > 0 } type)
                    return type;
                return json.RootElement.TryGetProperty("manifests", out _) ? MediaTypes.OciIndex : MediaTypes.OciManifest;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                throw new InvalidImageException($"the client's image layout names something that is neither an index nor a manifest: {e.Message}");
            }
        }
    }
}
