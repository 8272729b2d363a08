using System.Collections.Immutable;
using Caisson.Linux.Files;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources;

/// <summary>
/// The images on this machine: an OCI image layout that other tools can read in place. Images that builds are based on are remembered too, by name and
/// platform, though only those of their layers are here that someone needed.
/// </summary>
/// <remarks>Thread-safe, and safe between processes.</remarks>
internal sealed class ImageStore
{
    private readonly string _remembered;
    private readonly WorkArea _work;
    private readonly TimeProvider _time;

    private ImageStore(OciLayout layout, string remembered, WorkArea work, TimeProvider time)
    {
        Layout = layout;
        Lookup = new ImageLookup(layout, remembered);
        _remembered = remembered;
        _work = work;
        _time = time;
    }

    /// <summary>The layout.</summary>
    public OciLayout Layout { get; }

    /// <summary>Finds what is here.</summary>
    public ImageLookup Lookup { get; }

    /// <summary>Opens the store, and makes it first where there is none.</summary>
    /// <param name="path">The layout's directory.</param>
    /// <param name="remembered">Where it is kept which image a name stood for.</param>
    /// <param name="work">For what is being made.</param>
    /// <param name="time">For waiting for other processes.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task<ImageStore> OpenAsync(string path, string remembered, WorkArea work, TimeProvider time, CancellationToken ct)
    {
        OciLayoutOptions options = new()
        {
            Claim = (blob, isNew) => Claim(work.Claims, Path.GetFileName(path), blob, isNew),
            Lock = async token => new HeldLock(await FileLock.AcquireAsync(path + ".lock", time, token).ConfigureAwait(false)),
        };
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/");
        return new ImageStore(await OciLayout.CreateAsync(path, options, ct).ConfigureAwait(false), remembered, work, time);
    }

    /// <summary>The image that a name stands for here; null when it stands for none.</summary>
    /// <param name="reference">The name.</param>
    /// <param name="platform">The platform.</param>
    /// <param name="remote">Where layers that are not here can be read.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="InvalidImageException">What is here under the name is no image.</exception>
    public async Task<Image?> FindAsync(Reference reference, Platform platform, IBlobSource remote, CancellationToken ct)
    {
        (Image? image, bool isWhole) = await Lookup.FindAsync(reference, platform, ct).ConfigureAwait(false);
        if (image is null)
            return null;
        // Claimed first, then looked for: if someone has just removed some of it, it is read from its registry.
        bool isHere = true;
        foreach (ImageLayer layer in image.Layers)
            isHere &= Layout.HasBlob(layer.Blob);
        if (isWhole && isHere)
            return image;
        MarkUsed(ImageLookup.RecordPath(_remembered, reference.WithDefaultTag(), platform));
        return image.ReadingFrom(Layout.BackedBy(remote));
    }

    /// <summary>The repositories that have images here, as people write them: without docker.io, library and tag.</summary>
    public Task<IReadOnlySet<string>> ReadRepositoriesAsync(CancellationToken ct) => Lookup.ReadRepositoriesAsync(ct);

    /// <summary>Remembers which image a name stood for. Its layers are fetched when someone reads them.</summary>
    /// <returns>The image, reading its layers through the store.</returns>
    public async Task<Image> RememberAsync(Reference reference, Platform platform, Image image, CancellationToken ct)
    {
        await AddDocumentAsync(image.Manifest.Config, image.ConfigBytes, ct).ConfigureAwait(false);
        await AddDocumentAsync(image.Descriptor with { Platform = null }, image.ManifestBytes, ct).ConfigureAwait(false);
        string path = ImageLookup.RecordPath(_remembered, reference.WithDefaultTag(), platform);
        Directory.CreateDirectory(_remembered);
        string temporary = _work.NewPath("image-record");
        // For people who ask what there is: the file's name does not tell.
        ImmutableSortedDictionary<string, string> annotations = ImmutableSortedDictionary<string, string>.Empty.Add(OciLayout.RefNameAnnotation, reference.WithDefaultTag().Familiar);
        await File.WriteAllBytesAsync(temporary, OciJson.Write(image.Descriptor with { Platform = null, Annotations = annotations }), ct).ConfigureAwait(false);
        File.Move(temporary, path, overwrite: true);
        return image.ReadingFrom(Layout.BackedBy(image.Layers.IsEmpty ? Layout : image.Layers[0].Source));
    }

    private void MarkUsed(string record)
    {
        try
        {
            File.SetLastWriteTimeUtc(record, _time.GetUtcNow().UtcDateTime);
        }
        catch (FileNotFoundException)
        {
            // Just removed: nobody remembers the image any more.
        }
    }

    private static void Claim(Claims claims, string store, Digest blob, bool isNew)
    {
        string name = $"{store}/blobs/{blob.Algorithm}/{blob.Hex}";
        if (isNew)
            claims.AddNew(name);
        else
            claims.Add(name);
    }

    private async Task AddDocumentAsync(Descriptor document, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        if (Layout.HasBlob(document))
            return;
        await Layout.AddBlobAsync(document, new MemoryStream(content.ToArray(), writable: false), ct).ConfigureAwait(false);
    }

    private sealed class HeldLock(FileLock held) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            held.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
