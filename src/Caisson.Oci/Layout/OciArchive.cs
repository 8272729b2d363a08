using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Layout;

/// <summary>An OCI image layout in one tar file, for reading. Nothing is unpacked: blobs are read where they stand.</summary>
/// <remarks>image-spec v1.1.1, image-layout.md: a layout may be archived with tar. Thread-safe.</remarks>
public sealed class OciArchive : IImageSource, IBlobSource, IDisposable
{
    private readonly ArchiveFiles _files;
    private readonly LayoutReader _reader;

    private OciArchive(ArchiveFiles files)
    {
        _files = files;
        _reader = new LayoutReader(files);
    }

    /// <summary>Reads what is there.</summary>
    internal LayoutReader Reader => _reader;

    /// <summary>Opens an archive that is a file.</summary>
    /// <exception cref="InvalidImageException">It is not an archive of a layout, or compressed and there is nowhere to unpack it to.</exception>
    public static async Task<OciArchive> OpenAsync(string path, ArchiveOptions? options = null, CancellationToken ct = default) =>
        await CheckAsync(await ArchiveFiles.OpenAsync(path, options ?? new ArchiveOptions(), ct).ConfigureAwait(false), ct).ConfigureAwait(false);

    /// <summary>Copies an archive that comes as a stream to <see cref="ArchiveOptions.SpoolPath"/>, and opens it there.</summary>
    /// <param name="input">Read to its end and disposed.</param>
    /// <exception cref="InvalidImageException">It is not an archive of a layout, or too long.</exception>
    public static async Task<OciArchive> ReadAsync(Stream input, ArchiveOptions options, CancellationToken ct = default) =>
        await CheckAsync(await ArchiveFiles.CopyAsync(input, options, ct).ConfigureAwait(false), ct).ConfigureAwait(false);

    /// <summary>The index: every image, with its name as an annotation.</summary>
    public Task<ImageIndex> ReadIndexAsync(CancellationToken ct) => _reader.ReadIndexAsync(ct);

    /// <inheritdoc/>
    public Task<Image> GetImageAsync(Reference reference, Platform platform, CancellationToken ct) => _reader.GetImageAsync(reference, platform, ct);

    /// <summary>The image behind a manifest or index of this archive.</summary>
    /// <exception cref="ImageNotFoundException">The index has no image for the platform.</exception>
    /// <exception cref="InvalidImageException">What is there is not an image.</exception>
    public Task<Image> GetImageAsync(Descriptor manifest, Platform platform, CancellationToken ct) => _reader.LoadAsync(manifest, platform, ct);

    /// <summary>The image of an archive that has just one, whatever its name.</summary>
    /// <exception cref="ImageNotFoundException">There is none, or there are several.</exception>
    public Task<Image> GetOnlyImageAsync(Platform platform, CancellationToken ct) => _reader.GetOnlyImageAsync(platform, ct);

    /// <inheritdoc/>
    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) => _reader.OpenBlobAsync(blob, ct);

    /// <summary>Closes the archive. Blobs that are still open break.</summary>
    public void Dispose() => _files.Dispose();

    private static async Task<OciArchive> CheckAsync(ArchiveFiles files, CancellationToken ct)
    {
        OciArchive archive = new(files);
        try
        {
            await archive.ReadIndexAsync(ct).ConfigureAwait(false);
            return archive;
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }
}
