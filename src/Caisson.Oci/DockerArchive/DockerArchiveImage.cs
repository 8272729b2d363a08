using System.Collections.Immutable;
using System.Security.Cryptography;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.DockerArchive;

/// <summary>Makes an image of one entry of an archive: finds out what each layer file is, and writes the manifest that the archive lacks.</summary>
internal sealed class DockerArchiveImage(ArchiveFiles files, DockerArchiveEntry entry)
{
    private const string BlobsPrefix = LayoutPaths.Blobs + "/sha256/";

    /// <exception cref="InvalidImageException">Something that the entry names is missing, or does not fit.</exception>
    public async Task<Image> ReadAsync(CancellationToken ct)
    {
        byte[] configBytes = await ArchiveDocument.ReadAsync(files, entry.Config, ct).ConfigureAwait(false)
            ?? throw new InvalidImageException($"{files.Place} names the configuration \"{entry.Config}\", but has no such file");
        ImmutableArray<Digest> diffIds = OciJson.ReadConfig(configBytes).RootFs.DiffIds;
        ImmutableArray<string> paths = entry.Layers ?? [];
        if (diffIds.Length != paths.Length)
            throw new InvalidImageException($"{files.Place} names {paths.Length} layers, the configuration {diffIds.Length}");
        Dictionary<Digest, string> pathsByDigest = [];
        ImmutableArray<Descriptor>.Builder layers = ImmutableArray.CreateBuilder<Descriptor>(paths.Length);
        for (int i = 0; i < paths.Length; i++)
        {
            Descriptor layer = await DescribeAsync(paths[i], diffIds[i], ct).ConfigureAwait(false);
            pathsByDigest[layer.Digest] = paths[i];
            layers.Add(layer);
        }
        byte[] manifest = OciJson.Write(new ImageManifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            Config = Descriptor.Of(MediaTypes.OciConfig, configBytes),
            Layers = layers.ToImmutable(),
        });
        return Image.Read(MediaTypes.OciManifest, manifest, configBytes, new Blobs(files, pathsByDigest));
    }

    // An uncompressed layer is its diff ID. A compressed one has its digest as its name, or has to be read once to find it.
    private async Task<Descriptor> DescribeAsync(string path, Digest diffId, CancellationToken ct)
    {
        if (path is null || files.SizeOf(path) is not { } size)
            throw new InvalidImageException($"{files.Place} names the layer \"{path}\", but has no such file");
        Compression compression = await DetectAsync(path, ct).ConfigureAwait(false);
        if (compression is Compression.Bzip2 or Compression.Xz)
            throw new InvalidImageException($"the layer \"{path}\" in {files.Place} is compressed with {compression.ToString().ToLowerInvariant()}, as no layer is");
        return new Descriptor
        {
            MediaType = CompressionFormat.OciLayerTypeOf(compression),
            Digest = compression == Compression.None ? diffId : NameOf(path) ?? await HashAsync(path, ct).ConfigureAwait(false),
            Size = size,
        };
    }

    private async Task<Compression> DetectAsync(string path, CancellationToken ct)
    {
        Stream file = files.Open(path);
        await using (file.ConfigureAwait(false))
        {
            byte[] start = new byte[CompressionFormat.DetectBytes];
            int count = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
            return CompressionFormat.Detect(start.AsSpan(0, count));
        }
    }

    private static Digest? NameOf(string path) =>
        path.StartsWith(BlobsPrefix, StringComparison.Ordinal) && Digest.TryParse("sha256:" + path[BlobsPrefix.Length..], out Digest? digest) ? digest : null;

    private async Task<Digest> HashAsync(string path, CancellationToken ct)
    {
        Stream file = files.Open(path);
        await using (file.ConfigureAwait(false))
            return Digest.FromSha256(await SHA256.HashDataAsync(file, ct).ConfigureAwait(false));
    }

    private sealed class Blobs(ArchiveFiles files, Dictionary<Digest, string> paths) : IBlobSource
    {
        public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct)
        {
            if (!paths.TryGetValue(blob.Digest, out string? path))
                throw new BlobNotFoundException(blob.Digest, files.Place);
            if (files.SizeOf(path) != blob.Size)
                throw new InvalidImageException($"\"{path}\" in {files.Place} has another size than the {blob.Size} bytes of blob {blob.Digest}");
            return Task.FromResult<Stream>(new VerifyingStream(files.Open(path), blob));
        }
    }
}
