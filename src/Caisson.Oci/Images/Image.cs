using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Oci.Images;

/// <summary>One image for one platform, as an immutable value: editing gives a new image. Layers are opened on demand.</summary>
public sealed class Image
{
    private Image(Descriptor descriptor, ImageManifest manifest, ReadOnlyMemory<byte> manifestBytes, ImageConfig config, ReadOnlyMemory<byte> configBytes, ImmutableArray<ImageLayer> layers)
    {
        Descriptor = descriptor;
        Manifest = manifest;
        ManifestBytes = manifestBytes;
        Config = config;
        ConfigBytes = configBytes;
        Layers = layers;
    }

    /// <summary>Names the manifest, with the image's platform.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>The manifest.</summary>
    public ImageManifest Manifest { get; }

    /// <summary>The manifest's exact bytes: those that its digest names.</summary>
    public ReadOnlyMemory<byte> ManifestBytes { get; }

    /// <summary>The configuration.</summary>
    public ImageConfig Config { get; }

    /// <summary>The configuration's exact bytes.</summary>
    public ReadOnlyMemory<byte> ConfigBytes { get; }

    /// <summary>The layers, lowest first.</summary>
    public ImmutableArray<ImageLayer> Layers { get; }

    /// <summary>Wraps an image that came from elsewhere; its bytes stay as they are.</summary>
    /// <param name="mediaType">The media type that the bytes were served or listed as.</param>
    /// <param name="manifestBytes">The manifest.</param>
    /// <param name="configBytes">The configuration that the manifest names.</param>
    /// <param name="blobs">Where the layers can be read.</param>
    /// <exception cref="InvalidImageException">Manifest and configuration do not fit each other or break the specification.</exception>
    public static Image Read(string mediaType, byte[] manifestBytes, byte[] configBytes, IBlobSource blobs)
    {
        ImageManifest manifest = OciJson.ReadManifest(manifestBytes);
        ImageConfig config = OciJson.ReadConfig(configBytes);
        ImageValidation.Check(manifest, configBytes, config);
        Descriptor descriptor = Descriptor.Of(mediaType, manifestBytes) with { Platform = config.Platform };
        ImmutableArray<ImageLayer> layers = [.. manifest.Layers.Select((blob, i) => new ImageLayer(blob, config.RootFs.DiffIds[i], blobs))];
        return new Image(descriptor, manifest, manifestBytes, config, configBytes, layers);
    }

    /// <summary>Makes an image of layers and a configuration, in OCI media types. The configuration's root file system is filled in.</summary>
    /// <param name="config">How a container of the image runs. Its <see cref="ImageConfig.RootFs"/> is replaced by the layers' diff IDs.</param>
    /// <param name="layers">The layers, lowest first.</param>
    /// <param name="annotations">Annotations of the manifest, or null.</param>
    public static Image Create(ImageConfig config, ImmutableArray<ImageLayer> layers, ImmutableSortedDictionary<string, string>? annotations = null)
    {
        ImageConfig complete = config with { RootFs = new RootFs { DiffIds = [.. layers.Select(static l => l.DiffId)] } };
        byte[] configBytes = OciJson.Write(complete);
        ImageManifest manifest = new()
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            Config = Descriptor.Of(MediaTypes.OciConfig, configBytes),
            Layers = [.. layers.Select(static l => l.Blob)],
            Annotations = annotations,
        };
        byte[] manifestBytes = OciJson.Write(manifest);
        Descriptor descriptor = Descriptor.Of(MediaTypes.OciManifest, manifestBytes) with { Platform = complete.Platform };
        return new Image(descriptor, manifest, manifestBytes, complete, configBytes, layers);
    }

    /// <summary>The same image, its layers read from another place.</summary>
    public Image ReadingFrom(IBlobSource blobs) =>
        new(Descriptor, Manifest, ManifestBytes, Config, ConfigBytes, [.. Layers.Select(l => l with { Source = blobs })]);

    /// <summary>The same image in Docker's media types, for whoever reads no others. Its digest is another one.</summary>
    /// <exception cref="InvalidImageException">A layer is in a form that Docker has no media type for, or there are annotations, which it has no place for.</exception>
    /// <remarks>Docker image manifest version 2, schema 2.</remarks>
    public Image InDockerTypes()
    {
        if (Manifest.Annotations is { Count: > 0 })
            throw new InvalidImageException("a manifest in Docker's media types has no annotations");
        ImmutableArray<ImageLayer> layers = [.. Layers.Select(static l => l with { Blob = l.Blob with { MediaType = DockerTypeOf(l.Blob), Annotations = null } })];
        ImageManifest manifest = new()
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.DockerManifest,
            Config = Manifest.Config with { MediaType = MediaTypes.DockerConfig },
            Layers = [.. layers.Select(static l => l.Blob)],
        };
        byte[] manifestBytes = OciJson.Write(manifest);
        Descriptor descriptor = Descriptor.Of(MediaTypes.DockerManifest, manifestBytes) with { Platform = Descriptor.Platform };
        return new Image(descriptor, manifest, manifestBytes, Config, ConfigBytes, layers);
    }

    /// <summary>The same image; whoever names it says these annotations with it. Its digest does not change.</summary>
    public Image NamedWith(ImmutableSortedDictionary<string, string>? annotations) =>
        new(Descriptor with { Annotations = annotations }, Manifest, ManifestBytes, Config, ConfigBytes, Layers);

    /// <summary>A new image with one more layer on top.</summary>
    public Image Append(ImageLayer layer, HistoryEntry history) =>
        Create(Config with { History = (Config.History ?? []).Add(history) }, Layers.Add(layer), Manifest.Annotations);

    /// <summary>A new image with an edited configuration.</summary>
    public Image WithConfig(Func<ContainerConfig, ContainerConfig> edit) =>
        Create(Config with { Config = edit(Config.Config) }, Layers, Manifest.Annotations);

    private static string DockerTypeOf(Descriptor layer) => layer.MediaType switch
    {
        MediaTypes.OciLayer or MediaTypes.DockerLayer => MediaTypes.DockerLayer,
        MediaTypes.OciLayerGzip or MediaTypes.DockerLayerGzip => MediaTypes.DockerLayerGzip,
        MediaTypes.OciLayerZstd or MediaTypes.DockerLayerZstd => MediaTypes.DockerLayerZstd,
        MediaTypes.DockerForeignLayerGzip => MediaTypes.DockerForeignLayerGzip,
        string other => throw new InvalidImageException($"Docker has no media type for a layer that is {other}"),
    };
}
