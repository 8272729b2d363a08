using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Oci.DockerArchive;

/// <summary>
/// A tar file for <c>docker load</c> as a place to put an image. The bytes depend on the image, its names and the form of the layers alone.
/// </summary>
/// <remarks>
/// moby image-spec v1.2 and image-spec v1.1.1, image-layout.md, at once, as Docker 25 writes it: <c>manifest.json</c> points into the
/// <c>blobs</c> of an OCI layout. Older engines, <c>skopeo docker-archive:</c> and containerd read it as well.
/// </remarks>
public sealed class DockerArchiveSink : IImageSink
{
    private const string ManifestPath = "manifest.json";
    private static readonly DockerArchiveJsonContext Json =
        new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private readonly ArchiveOutput _output;
    private readonly DockerArchiveOptions _options;

    /// <summary>Writes a file, which appears under its name when it is complete.</summary>
    public DockerArchiveSink(string path, DockerArchiveOptions? options = null)
    {
        _output = new ArchiveOutput(path);
        _options = options ?? new DockerArchiveOptions();
    }

    /// <summary>Writes to a stream, which is not disposed. After a failure it ends without the end of an archive.</summary>
    public DockerArchiveSink(Stream output, DockerArchiveOptions? options = null)
    {
        _output = new ArchiveOutput(output);
        _options = options ?? new DockerArchiveOptions();
    }

    /// <inheritdoc/>
    public Task WriteAsync(Image image, CancellationToken ct) => WriteAsync([(image, _options.Names)], ct);

    /// <summary>Writes several images, each with the names that it gets when it is loaded; those of the options do not count.</summary>
    public Task WriteAsync(ImmutableArray<(Image Image, ImmutableArray<Reference> Names)> images, CancellationToken ct) =>
        _output.WriteAsync(archive => WriteAsync(images, archive, ct), ct);

    // 1. layers, 2. configuration, 3. manifest, of each image; 4. the documents that name them. The manifest needs the sizes of the layers first.
    private async Task WriteAsync(ImmutableArray<(Image Image, ImmutableArray<Reference> Names)> images, ArchiveContent archive, CancellationToken ct)
    {
        Dictionary<Digest, Descriptor> written = [];
        ImageIndex index = new() { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = [] };
        ImmutableArray<DockerArchiveEntry>.Builder entries = ImmutableArray.CreateBuilder<DockerArchiveEntry>();
        foreach ((Image image, ImmutableArray<Reference> asked) in images)
        {
            ImmutableArray<Descriptor> layers = _options.Layers == DockerArchiveLayers.AsStored
                ? await WriteStoredAsync(image, archive, written, ct).ConfigureAwait(false)
                : await WriteUncompressedAsync(image, archive, written, ct).ConfigureAwait(false);
            string configPath = LayoutPaths.Blob(image.Manifest.Config.Digest);
            if (written.TryAdd(image.Manifest.Config.Digest, image.Manifest.Config))
                await archive.WriteAsync(configPath, image.ConfigBytes, ct).ConfigureAwait(false);
            (Descriptor manifest, ReadOnlyMemory<byte> manifestBytes) = ManifestOver(image, layers);
            if (written.TryAdd(manifest.Digest, manifest))
                await archive.WriteAsync(LayoutPaths.Blob(manifest.Digest), manifestBytes, ct).ConfigureAwait(false);
            ImmutableArray<Reference> names = [.. asked.Select(static n => n.WithDefaultTag())
                .Where(static n => n.Tag is not null).Select(static n => n.WithoutDigest()).Distinct()];
            index = names.IsEmpty ? LayoutNames.Add(index, manifest, null) : names.Aggregate(index, (i, name) => LayoutNames.Add(i, manifest, name));
            entries.Add(new DockerArchiveEntry
            {
                Config = configPath,
                RepoTags = names.IsEmpty ? null : [.. names.Select(static n => n.Familiar)],
                Layers = [.. layers.Select(static l => LayoutPaths.Blob(l.Digest))],
            });
        }
        await archive.WriteAsync(LayoutPaths.Index, OciJson.Write(index), ct).ConfigureAwait(false);
        await archive.WriteAsync(ManifestPath, JsonSerializer.SerializeToUtf8Bytes([.. entries], Json.DockerArchiveEntryArray), ct).ConfigureAwait(false);
        await archive.WriteAsync(LayoutPaths.Marker, LayoutPaths.MarkerContent.ToArray(), ct).ConfigureAwait(false);
    }

    private async Task<ImmutableArray<Descriptor>> WriteStoredAsync(Image image, ArchiveContent archive, Dictionary<Digest, Descriptor> written, CancellationToken ct)
    {
        foreach (ImageLayer layer in image.Layers.Where(l => !_options.LeftOut.Contains(l.Blob.Digest)))
        {
            if (!written.TryAdd(layer.Blob.Digest, layer.Blob))
                continue;
            Stream content = await layer.OpenAsync(ct).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
                await archive.WriteAsync(LayoutPaths.Blob(layer.Blob.Digest), layer.Blob.Size, content, ct).ConfigureAwait(false);
        }
        return image.Manifest.Layers;
    }

    private async Task<ImmutableArray<Descriptor>> WriteUncompressedAsync(Image image, ArchiveContent archive, Dictionary<Digest, Descriptor> written, CancellationToken ct)
    {
        LayerTar tars = new(_options);
        Task Write(Descriptor tar, Stream content) => archive.WriteAsync(LayoutPaths.Blob(tar.Digest), tar.Size, content, ct);
        foreach (ImageLayer layer in image.Layers)
        {
            if (!written.ContainsKey(layer.DiffId))
                written[layer.DiffId] = await tars.OpenAsync(layer, Write, ct).ConfigureAwait(false);
        }
        return [.. image.Layers.Select(l => written[l.DiffId])];
    }

    private static (Descriptor Manifest, ReadOnlyMemory<byte> Content) ManifestOver(Image image, ImmutableArray<Descriptor> layers)
    {
        if (layers.Select(static l => l.Digest).SequenceEqual(image.Manifest.Layers.Select(static l => l.Digest)))
            return (image.Descriptor, image.ManifestBytes);
        byte[] content = OciJson.Write(new ImageManifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            Config = image.Manifest.Config with { MediaType = MediaTypes.OciConfig },
            Layers = layers,
            Annotations = image.Manifest.Annotations,
        });
        return (Descriptor.Of(MediaTypes.OciManifest, content) with { Platform = image.Descriptor.Platform }, content);
    }
}
