using System.Collections.Immutable;
using Caisson.Engine.Events;
using Caisson.Engine.Exporting;
using Caisson.Engine.Imaging;
using Caisson.Engine.Sources;
using Caisson.Oci.DockerArchive;
using Caisson.Oci.Editing;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Transfer;

namespace Caisson.Engine;

/// <summary>The images on this machine, and their ways to and from other places.</summary>
/// <remarks>Every member throws <see cref="BuildException"/> when an image is not there or a place cannot be used.</remarks>
public sealed class LocalImages
{
    private readonly EngineParts _parts;

    internal LocalImages(EngineParts parts) => _parts = parts;

    /// <summary>The layout that holds them; other tools may read it in place.</summary>
    public string LayoutPath => _parts.Images.Layout.Path;

    /// <summary>All images that have a name, by name.</summary>
    public Task<ImmutableArray<ListedImage>> ListAsync(CancellationToken ct) => Explained(async () =>
    {
        ImageIndex index = await _parts.Images.Layout.ReadIndexAsync(ct).ConfigureAwait(false);
        ImmutableArray<ListedImage>.Builder images = ImmutableArray.CreateBuilder<ListedImage>();
        foreach (Descriptor entry in index.Manifests)
        {
            if (entry.Annotations?.GetValueOrDefault(OciLayout.RefNameAnnotation) is not { } name || !Reference.TryParse(name, out Reference? reference, out _))
                continue;
            ImmutableArray<Image> platforms = await _parts.Images.Layout.GetImagesAsync(entry, ct).ConfigureAwait(false);
            if (!platforms.IsEmpty)
                images.Add(new ListedImage(reference, entry, platforms));
        }
        images.Sort(static (x, y) => string.CompareOrdinal(x.Name.ToString(), y.Name.ToString()));
        return images.DrainToImmutable();
    });

    /// <summary>All images, each once with all of its names; those without a name too.</summary>
    public Task<ImmutableArray<StoredImage>> ListAllAsync(CancellationToken ct) => Explained(async () =>
    {
        ImageIndex index = await _parts.Images.Layout.ReadIndexAsync(ct).ConfigureAwait(false);
        ImmutableArray<StoredImage>.Builder images = ImmutableArray.CreateBuilder<StoredImage>();
        foreach (IGrouping<Digest, Descriptor> entries in index.Manifests.GroupBy(static m => m.Digest))
        {
            ImmutableArray<Reference> names = [.. entries.Select(NameOf).OfType<Reference>().OrderBy(static n => n.ToString(), StringComparer.Ordinal)];
            if ((!names.IsEmpty || !ImageKinds.IsBeside(entries.First())) && await TryGetImagesAsync(entries.First(), ct).ConfigureAwait(false) is { IsEmpty: false } platforms)
                images.Add(new StoredImage(entries.First(), names, platforms));
        }
        return images.DrainToImmutable();
    });

    /// <summary>An image by name.</summary>
    public Task<Image> GetAsync(Reference name, Platform? platform, CancellationToken ct) => Explained(() => FindAsync(name, platform, ct));

    /// <summary>Takes an image with all its layers from its registry, and gives it its name here.</summary>
    public Task<Image> PullAsync(Reference name, Platform? platform, CancellationToken ct) => PullAsync(name, platform, credentials: null, static _ => null, ct);

    /// <summary>Takes an image for several platforms from its registry, with what is said of each there, and gives it its name here.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="platforms">Which of its platforms; none for all.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>What has the name now.</returns>
    public Task<Descriptor> PullAllAsync(Reference name, ImmutableArray<Platform> platforms, CancellationToken ct) => Explained(async () =>
    {
        ImageGraph graph = await GraphReader.ReadAsync(new RegistryGraphSource(_parts.Registry, name), GraphReading.All, ct).ConfigureAwait(false);
        ImageGraph taken = platforms.IsEmpty ? graph : await PlatformSelection.SelectAsync(graph, platforms, ct).ConfigureAwait(false);
        await new LayoutGraphSink(_parts.Images.Layout, name.WithDefaultTag()).WriteAsync(taken, ct).ConfigureAwait(false);
        return taken.Root;
    });

    /// <summary>Brings an image to a registry.</summary>
    /// <param name="name">Its name here, and there unless <paramref name="target"/> says otherwise.</param>
    /// <param name="target">Its name there.</param>
    /// <param name="ct">Gives up.</param>
    public Task<Descriptor> PushAsync(Reference name, Reference? target, CancellationToken ct) => Explained(async () =>
    {
        // All platforms of what has a name here; of what is only remembered, the one that is.
        if (await _parts.Images.Layout.FindAsync(name.WithDefaultTag(), ct).ConfigureAwait(false) is { } named && MediaTypes.IsIndex(named.MediaType))
        {
            ImageGraph graph = await GraphReader.ReadAsync(new LayoutGraphSource(_parts.Images.Layout, name.WithDefaultTag().ToString(), name.Familiar), GraphReading.All, ct).ConfigureAwait(false);
            await new RegistryGraphSink(_parts.Registry, target ?? name).WriteAsync(graph, ct).ConfigureAwait(false);
            return graph.Root;
        }
        Image image = await FindAsync(name, platform: null, ct).ConfigureAwait(false);
        return await _parts.Registry.PushAsync(image, (target ?? name).WithDefaultTag(), default, ct).ConfigureAwait(false);
    });

    /// <summary>Gives an image one more name.</summary>
    public Task<bool> TagAsync(Reference name, Reference newName, CancellationToken ct) => Explained(async () =>
    {
        // All platforms of what has a name here; of what is only remembered, the one that is.
        if (await _parts.Images.Layout.FindAsync(name.WithDefaultTag(), ct).ConfigureAwait(false) is { } named)
            await _parts.Images.Layout.TagAsync(named, newName.WithDefaultTag(), ct).ConfigureAwait(false);
        else
            await _parts.Images.Layout.AddImageAsync(await FindAsync(name, platform: null, ct).ConfigureAwait(false), newName.WithDefaultTag(), ct).ConfigureAwait(false);
        return true;
    });

    /// <summary>Gives an image one more name, whatever names it has.</summary>
    public Task<bool> TagAsync(StoredImage image, Reference newName, CancellationToken ct) => Explained(async () =>
    {
        await _parts.Images.Layout.TagAsync(image.Descriptor, newName.WithDefaultTag(), ct).ConfigureAwait(false);
        return true;
    });

    /// <summary>Takes all of its names from an image, and lists it no more. Its blobs stay for as long as the cache needs them.</summary>
    public Task<bool> RemoveAsync(StoredImage image, CancellationToken ct) => Explained(async () =>
    {
        foreach (Reference name in image.Names)
            await _parts.Images.Layout.UntagAsync(name, ct).ConfigureAwait(false);
        await _parts.Images.Layout.UnlistAsync(new HashSet<Digest> { image.Descriptor.Digest }, ct).ConfigureAwait(false);
        return true;
    });

    /// <summary>Writes images to one file that <c>docker load</c> reads, each with the names that it is to have there.</summary>
    public Task<bool> SaveAsync(ImmutableArray<(Image Image, ImmutableArray<Reference> Names)> images, ExportFile file, CancellationToken ct) => Explained(async () =>
    {
        await file.WriteAsync(stream => new DockerArchiveSink(stream, new DockerArchiveOptions { Layers = DockerArchiveLayers.AsStored }).WriteAsync(images, ct), ct).ConfigureAwait(false);
        return true;
    });

    /// <summary>Adds the images of an archive that is read from a stream: one that <c>docker save</c> wrote, or an OCI image layout in a tar.</summary>
    /// <param name="input">The archive.</param>
    /// <param name="platform">For which platform; null for that of this machine, or what there is.</param>
    /// <param name="ct">Gives up.</param>
    public Task<ImmutableArray<LoadedImage>> LoadAsync(Stream input, Platform? platform, CancellationToken ct) => Explained(() => new ImageLoading(_parts, platform).LoadAsync(input, ct));

    /// <summary>Takes an image with all its layers from its registry, and gives it its name here.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="platform">For which platform; null for that of this machine.</param>
    /// <param name="credentials">Credentials that go before those of the engine; null for none.</param>
    /// <param name="observer">Told, once the image is known, which it is; what it gives is told of the layers that are fetched.</param>
    /// <param name="ct">Gives up.</param>
    public Task<Image> PullAsync(Reference name, Platform? platform, ICredentialSource? credentials, Func<Image, IBlobObserver?> observer, CancellationToken ct) => Explained(async () =>
    {
        using RegistryClient? own = RegistryWith(credentials);
        Image image = await (own ?? _parts.Registry).PullAsync(name.WithDefaultTag(), platform ?? MachinePlatform.Current, ct).ConfigureAwait(false);
        if (observer(image) is { } told && !image.Layers.IsEmpty)
            image = image.ReadingFrom(new WatchedBlobs(image.Layers[0].Source, told));
        await _parts.Images.Layout.AddImageAsync(image, name.WithDefaultTag(), ct).ConfigureAwait(false);
        return image;
    });

    /// <summary>Tells the tags that a repository has in its registry.</summary>
    /// <param name="repository">The repository; a tag of it does not matter.</param>
    /// <param name="credentials">Credentials that go before those of the engine; null for none.</param>
    /// <param name="each">Told each of them.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>How many there are.</returns>
    public Task<int> ListTagsAsync(Reference repository, ICredentialSource? credentials, Func<string, Task> each, CancellationToken ct) => Explained(async () =>
    {
        using RegistryClient? own = RegistryWith(credentials);
        int count = 0;
        await foreach (string tag in (own ?? _parts.Registry).ListTagsAsync(repository, ct).ConfigureAwait(false))
        {
            await each(tag).ConfigureAwait(false);
            count++;
        }
        return count;
    });

    /// <summary>Brings an image of the store to a registry.</summary>
    /// <param name="image">The image.</param>
    /// <param name="target">Its name there.</param>
    /// <param name="credentials">Credentials that go before those of the engine; null for none.</param>
    /// <param name="ct">Gives up.</param>
    public Task<Descriptor> PushAsync(StoredImage image, Reference target, ICredentialSource? credentials, CancellationToken ct) => Explained(async () =>
    {
        using RegistryClient? own = RegistryWith(credentials);
        RegistryClient registry = own ?? _parts.Registry;
        if (!MediaTypes.IsIndex(image.Descriptor.MediaType))
            return await registry.PushAsync(image.Images[0], target.WithDefaultTag(), default, ct).ConfigureAwait(false);
        ImageGraph graph = await GraphReader.ReadAsync(new LayoutGraphSource(_parts.Images.Layout, image.Names[0].ToString(), target.Familiar), GraphReading.All, ct).ConfigureAwait(false);
        await new RegistryGraphSink(registry, target).WriteAsync(graph, ct).ConfigureAwait(false);
        return graph.Root;
    });

    /// <summary>Opens the files of an image. What of it was not unpacked yet is unpacked first.</summary>
    /// <param name="image">The image, or an index of several: an entry of the store.</param>
    /// <param name="platform">Of an index, which; null for that of this machine.</param>
    /// <param name="ct">Gives up.</param>
    public Task<OpenedImage> OpenFilesAsync(Descriptor image, Platform? platform, CancellationToken ct) => Explained(async () =>
    {
        IDisposable use = _parts.Work.Claims.Begin();
        LayerForms forms = _parts.NewForms(new EventLog(_parts.Options.Time));
        try
        {
            FilesystemState files = FilesystemState.Of(await _parts.Images.Layout.GetImageAsync(image, platform ?? MachinePlatform.Current, ct).ConfigureAwait(false));
            forms.NoteUsed(files);
            return new OpenedImage(await forms.OpenTreeAsync(files, withContent: true, ct).ConfigureAwait(false), forms, use);
        }
        catch
        {
            forms.Dispose();
            use.Dispose();
            throw;
        }
    });

    /// <summary>Takes a name away. The image's blobs stay for as long as another name or the cache needs them.</summary>
    public Task<bool> RemoveAsync(Reference name, CancellationToken ct) => Explained(async () =>
        await _parts.Images.Layout.UntagAsync(name.WithDefaultTag(), ct).ConfigureAwait(false) ? true : throw NotHere(name));

    /// <summary>Writes an image to a file that <c>docker load</c> reads.</summary>
    public Task<bool> SaveAsync(Reference name, ExportFile file, CancellationToken ct) => Explained(async () =>
    {
        Image image = await FindAsync(name, platform: null, ct).ConfigureAwait(false);
        await file.WriteAsync(stream => new DockerArchiveSink(stream, new DockerArchiveOptions { Names = [name.WithDefaultTag()], Layers = DockerArchiveLayers.AsStored }).WriteAsync(image, ct), ct).ConfigureAwait(false);
        return true;
    });

    /// <summary>Adds the images of a file: one that <c>docker save</c> wrote, or an OCI image layout in a tar.</summary>
    public Task<ImmutableArray<LoadedImage>> LoadAsync(string path, CancellationToken ct) => Explained(() => new ImageLoading(_parts, platform: null).LoadAsync(path, ct));

    /// <summary>Adds an image under a name.</summary>
    internal Task AddAsync(Image image, Reference name, CancellationToken ct) => _parts.Images.Layout.AddImageAsync(image, name.WithDefaultTag(), ct);

    private RegistryClient? RegistryWith(ICredentialSource? credentials) =>
        credentials is null ? null : new RegistryClient(_parts.Options.Registry with { Credentials = new CredentialChain([credentials, _parts.Options.Registry.Credentials]) });

    private async Task<Image> FindAsync(Reference name, Platform? platform, CancellationToken ct) =>
        await _parts.Images.FindAsync(name, platform ?? MachinePlatform.Current, _parts.Registry.BlobsOf(name), ct).ConfigureAwait(false) ?? throw NotHere(name);

    private static Reference? NameOf(Descriptor entry) =>
        entry.Annotations?.GetValueOrDefault(OciLayout.RefNameAnnotation) is { } name && Reference.TryParse(name, out Reference? reference, out _) ? reference : null;

    // Null for what is no image: what is said of one is listed as well.
    private async Task<ImmutableArray<Image>?> TryGetImagesAsync(Descriptor entry, CancellationToken ct)
    {
        try
        {
            return await _parts.Images.Layout.GetImagesAsync(entry, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidImageException or BlobNotFoundException or ImageNotFoundException)
        {
            return null;
        }
    }

    private static ImageNotFoundException NotHere(Reference name) => new($"the image {name.Familiar} is not on this machine");

    private async Task<T> Explained<T>(Func<Task<T>> work)
    {
        using IDisposable use = _parts.Work.Claims.Begin();
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException && e is not BuildException && Failures.Explain(e, _parts.Options.StatePath) is { } explained)
        {
            throw explained;
        }
    }
}
