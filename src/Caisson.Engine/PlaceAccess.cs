using System.Collections.Immutable;
using System.Diagnostics;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Bundling;
using Caisson.Engine.Exporting;
using Caisson.Linux.Native;
using Caisson.Oci.DockerArchive;
using Caisson.Oci.Editing;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tar;
using Caisson.Oci.Transfer;

namespace Caisson.Engine;

/// <summary>Reads and writes images of all places, for as long as some work takes.</summary>
public sealed class PlaceAccess : IDisposable
{
    private const long MaxUnpackedBytes = 64L << 30;

    private readonly EngineParts _parts;
    private readonly List<IDisposable> _open = [];

    internal PlaceAccess(EngineParts parts) => _parts = parts;

    /// <summary>This machine's platform.</summary>
    public static Platform MachinePlatform => Sources.MachinePlatform.Current;

    /// <summary>How compressed layers are opened.</summary>
    public static DecompressionOptions Decoders { get; } = SystemDecoders.Options with { MaxBytes = 1L << 40 };

    /// <summary>Reads what is at a place. Documents are read now, layers when somebody opens them.</summary>
    public async Task<ImageGraph> OpenAsync(ImagePlace place, GraphReading reading, CancellationToken ct) => place switch
    {
        ImagePlace.Named named => await OpenNamedAsync(named.Reference, reading, ct).ConfigureAwait(false),
        ImagePlace.Store store => await OpenStoreAsync(store.Reference, reading, ct).ConfigureAwait(false),
        ImagePlace.Registry registry => await OpenRegistryAsync(registry.Reference, reading, ct).ConfigureAwait(false),
        ImagePlace.OciDirectory oci => await OpenLayoutAsync(oci, reading, ct).ConfigureAwait(false),
        ImagePlace.OciArchive oci => await OpenArchiveAsync(oci, reading, ct).ConfigureAwait(false),
        ImagePlace.DockerArchive docker => await OpenDockerAsync(docker, ct).ConfigureAwait(false),
        _ => throw new UnreachableException(place.GetType().Name),
    };

    /// <summary>The image for a platform at a place.</summary>
    /// <param name="place">The place.</param>
    /// <param name="platform">The platform; null for this machine's, and for whatever a single image is for.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<PlacedImage> OpenImageAsync(ImagePlace place, Platform? platform, CancellationToken ct)
    {
        Platform wanted = platform ?? MachinePlatform;
        ImageGraph graph = await OpenAsync(place, GraphReading.For(wanted), ct).ConfigureAwait(false);
        if (!graph.RootDocument.IsIndex && !ImageKinds.IsImage(graph.RootDocument.ReadManifest()))
            throw new TransferException(TransferProblem.NoImage, $"{graph.Place} is an artifact and no image");
        if (platform is not null && !graph.RootDocument.IsIndex)
            graph = await PlatformSelection.SelectAsync(graph, [platform], ct).ConfigureAwait(false);
        return new PlacedImage(graph.Place, await graph.GetImageAsync(wanted, ct).ConfigureAwait(false));
    }

    /// <summary>Opens a bundle.</summary>
    /// <exception cref="BuildException">The place holds none, or one that is damaged.</exception>
    public async Task<Bundle> OpenBundleAsync(ImagePlace place, CancellationToken ct)
    {
        try
        {
            return await Bundle.OpenAsync(await OpenAsync(place, GraphReading.All, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidImageException or BlobNotFoundException or TarException)
        {
            throw Bundle.Damaged(place.ToString(), "its index or its manifest", e.Message, e);
        }
    }

    /// <summary>The build of a bundle, to be done once more: with nothing but what is in it. What is without an export is compared with what the bundle says and leaves nothing.</summary>
    /// <exception cref="BuildException">The bundle is damaged.</exception>
    public Task<BuildRequest> RepeatAsync(Bundle bundle, CancellationToken ct) => new BundleRequest(bundle, _parts.Work.NewDirectory("bundle")).MakeAsync(ct);

    /// <summary>Looks at every byte of a bundle.</summary>
    /// <returns>What is wrong; nothing when all is well.</returns>
    public async Task<ImmutableArray<Diagnostic>> VerifyAsync(Bundle bundle, ImagePlace? place, CancellationToken ct) =>
        await new BundleVerification(bundle, _parts.Work.NewDirectory("bundle")).VerifyAsync((place as ImagePlace.OciArchive)?.Path, (place as ImagePlace.OciArchive)?.Name, ct).ConfigureAwait(false);

    /// <summary>Writes a graph to a place.</summary>
    public async Task WriteAsync(ImageGraph graph, ImagePlace place, CancellationToken ct)
    {
        try
        {
            await WriteToAsync(graph, place, ct).ConfigureAwait(false);
        }
        catch (IOException e) when (PathOf(place) is { } path && SystemCallException.SaysDiskFull(e))
        {
            throw Failures.DiskFull(e, Path.GetFullPath(path), _parts.Options.StatePath); // not the store's disk, but the one that was written to
        }
    }

    private static string? PathOf(ImagePlace place) => place switch
    {
        ImagePlace.OciDirectory oci => oci.Path,
        ImagePlace.OciArchive oci => oci.Path,
        ImagePlace.DockerArchive docker => docker.Path,
        _ => null,
    };

    private async Task WriteToAsync(ImageGraph graph, ImagePlace place, CancellationToken ct)
    {
        switch (place)
        {
            case ImagePlace.Named or ImagePlace.Store:
                await new LayoutGraphSink(_parts.Images.Layout, place.PublicName!).WriteAsync(await WithPlatformAsync(graph, ct).ConfigureAwait(false), ct).ConfigureAwait(false); // both have a name
                break;
            case ImagePlace.Registry registry:
                await new RegistryGraphSink(_parts.Registry, registry.Reference).WriteAsync(graph, ct).ConfigureAwait(false);
                break;
            case ImagePlace.OciDirectory oci:
                OciLayout layout = await OciLayout.CreateAsync(oci.Path, new OciLayoutOptions { Lock = LayoutLock.Of(oci.Path, _parts.Options.Time) }, ct).ConfigureAwait(false);
                await new LayoutGraphSink(layout, oci.Name).WriteAsync(graph, ct).ConfigureAwait(false);
                break;
            case ImagePlace.OciArchive oci:
                await RefuseToLoseAsync(oci, ct).ConfigureAwait(false);
                await ExportFile.At(oci.Path).WriteAsync(stream => new OciArchiveGraphSink(stream, oci.Name).WriteAsync(graph, ct), ct).ConfigureAwait(false);
                break;
            case ImagePlace.DockerArchive docker:
                DockerArchiveOptions options = new() { Names = docker.Name is null ? [] : [docker.Name], Layers = DockerArchiveLayers.AsStored };
                await ExportFile.At(docker.Path).WriteAsync(stream => new DockerArchiveGraphSink(stream, options).WriteAsync(graph, ct), ct).ConfigureAwait(false);
                break;
            default:
                throw new UnreachableException(place.GetType().Name);
        }
    }

    /// <summary>Makes a layer of a file or a directory; see <see cref="LayerFile"/>.</summary>
    public Task<ImageLayer> MakeLayerAsync(string path, DateTimeOffset time, CancellationToken ct) => new LayerFile(_parts, path, time).MakeAsync(ct);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable open in _open)
            open.Dispose();
    }

    // Here first: what was built or pulled is meant, and no network is needed.
    private async Task<ImageGraph> OpenNamedAsync(Reference name, GraphReading reading, CancellationToken ct)
    {
        if (await _parts.Images.Layout.FindAsync(name.WithDefaultTag(), ct).ConfigureAwait(false) is not null)
            return await OpenStoreAsync(name, reading, ct).ConfigureAwait(false);
        try
        {
            return await OpenRegistryAsync(name, reading, ct).ConfigureAwait(false);
        }
        catch (RegistryException e)
        {
            throw new RegistryException(e.Kind, e.Registry, $"{name.Familiar} is not in the store, and in its registry: {e.Message}", e) { Status = e.Status, Errors = e.Errors, RetryAfter = e.RetryAfter };
        }
    }

    private Task<ImageGraph> OpenStoreAsync(Reference name, GraphReading reading, CancellationToken ct)
    {
        Reference named = name.WithDefaultTag();
        return GraphReader.ReadAsync(new LayoutGraphSource(_parts.Images.Layout, named.ToString(), $"store:{named.Familiar}"), reading, ct);
    }

    private Task<ImageGraph> OpenRegistryAsync(Reference name, GraphReading reading, CancellationToken ct) =>
        GraphReader.ReadAsync(new RegistryGraphSource(_parts.Registry, name), reading, ct);

    private static async Task<ImageGraph> OpenLayoutAsync(ImagePlace.OciDirectory place, GraphReading reading, CancellationToken ct)
    {
        OciLayout layout = await OciLayout.OpenAsync(place.Path, options: null, ct).ConfigureAwait(false);
        return await GraphReader.ReadAsync(new LayoutGraphSource(layout, place.Name, place.ToString()), reading, ct).ConfigureAwait(false);
    }

    private async Task<ImageGraph> OpenArchiveAsync(ImagePlace.OciArchive place, GraphReading reading, CancellationToken ct)
    {
        OciArchive archive = await OciArchive.OpenAsync(place.Path, Options(), ct).ConfigureAwait(false);
        _open.Add(archive);
        return await GraphReader.ReadAsync(new LayoutGraphSource(archive, place.Name, place.ToString()), reading, ct).ConfigureAwait(false);
    }

    private async Task<ImageGraph> OpenDockerAsync(ImagePlace.DockerArchive place, CancellationToken ct)
    {
        DockerArchiveSource archive = await DockerArchiveSource.OpenAsync(place.Path, Options(), ct).ConfigureAwait(false);
        _open.Add(archive);
        Image image = place.Name is { } name
            ? await archive.GetImageAsync(name, MachinePlatform, ct).ConfigureAwait(false)
            : await archive.GetOnlyImageAsync(MachinePlatform, ct).ConfigureAwait(false);
        return ImageGraph.Of(place.ToString(), image);
    }

    // The store's index says of single images what they are for.
    private static async Task<ImageGraph> WithPlatformAsync(ImageGraph graph, CancellationToken ct)
    {
        if (graph.RootDocument.IsIndex || !ImageKinds.IsImage(graph.RootDocument.ReadManifest()))
            return graph;
        Image image = await graph.GetImageAsync(graph.Root, ct).ConfigureAwait(false);
        return new ImageGraph(graph.Place, graph.Root with { Platform = image.Config.Platform }, graph.Documents, graph.Blobs) { Missing = graph.Missing, Referrers = graph.Referrers };
    }

    // An archive is written anew: what else it holds would be gone.
    private async Task RefuseToLoseAsync(ImagePlace.OciArchive place, CancellationToken ct)
    {
        if (new FileInfo(place.Path) is not { Exists: true, Length: > 0 })
            return;
        ImageIndex index;
        try
        {
            using OciArchive archive = await OciArchive.OpenAsync(place.Path, Options(), ct).ConfigureAwait(false);
            index = await archive.ReadIndexAsync(ct).ConfigureAwait(false);
        }
        catch (InvalidImageException)
        {
            return; // another file
        }
        string?[] names = [.. index.Manifests.Select(NameOf)];
        string[] others = [.. names.OfType<string>().Where(n => n != place.Name).Distinct(StringComparer.Ordinal)];
        // Without a name the only image is meant. What has none may belong to the one with the name: signatures, for example.
        bool isLost = place.Name is null ? index.Manifests.Where(static m => NameOf(m) is not null).DistinctBy(static m => m.Digest).Skip(1).Any()
            : others.Length > 0 || (names.Length > 0 && !names.Contains(place.Name));
        if (isLost)
        {
            string what = others.Length == 0 ? "an image without a name" : string.Join(", ", others.Take(8));
            throw new BuildException(
                EngineCodes.ExportFailed,
                $"cannot write {place}: the archive is written anew, and it holds {what}",
                $"write another file; or collect images in a directory: caisson image copy {new ImagePlace.OciArchive(place.Path, others.FirstOrDefault())} oci:DIR:NAME");
        }

        static string? NameOf(Descriptor entry) => entry.Annotations?.GetValueOrDefault(OciLayout.RefNameAnnotation);
    }

    private ArchiveOptions Options() => new() { SpoolPath = _parts.Work.NewPath("unpacked"), Decompression = SystemDecoders.Options with { MaxBytes = MaxUnpackedBytes } };
}
