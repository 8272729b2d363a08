using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Oci.DockerArchive;

/// <summary>An archive that <c>docker save</c> or another tool wrote, for reading. Nothing is unpacked: layers are read where they stand.</summary>
/// <remarks>
/// moby image-spec v1.2. Reads the classic form (a directory with <c>layer.tar</c> for each layer, equal ones as links) and the form that is
/// an OCI layout at the same time. The archive holds no manifest that could be trusted, so images get one made from the archive:
/// same configuration, so same image ID. Thread-safe.
/// </remarks>
public sealed class DockerArchiveSource : IImageSource, IDisposable
{
    private const string ManifestPath = "manifest.json";

    private readonly ArchiveFiles _files;
    private readonly ImmutableArray<DockerArchiveEntry> _entries;

    private DockerArchiveSource(ArchiveFiles files, ImmutableArray<DockerArchiveEntry> entries)
    {
        _files = files;
        _entries = entries;
    }

    /// <summary>The names of the images, in the archive's order.</summary>
    public ImmutableArray<Reference> Names => [.. _entries.SelectMany(NamesOf)];

    /// <summary>Whether the archive is an OCI layout as well.</summary>
    public bool IsLayout => _files.SizeOf(LayoutPaths.Marker) is not null;

    /// <summary>Opens an archive that is a file.</summary>
    /// <exception cref="InvalidImageException">It is not such an archive, or compressed and there is nowhere to unpack it to.</exception>
    public static async Task<DockerArchiveSource> OpenAsync(string path, ArchiveOptions? options = null, CancellationToken ct = default) =>
        await ReadEntriesAsync(await ArchiveFiles.OpenAsync(path, options ?? new ArchiveOptions(), ct).ConfigureAwait(false), ct).ConfigureAwait(false);

    /// <summary>Opens an archive that is a file; null when it is an OCI layout and nothing else.</summary>
    /// <exception cref="InvalidImageException">It is neither, damaged, or compressed and there is nowhere to unpack it to.</exception>
    public static async Task<DockerArchiveSource?> TryOpenAsync(string path, ArchiveOptions options, CancellationToken ct = default)
    {
        ArchiveFiles files = await ArchiveFiles.OpenAsync(path, options, ct).ConfigureAwait(false);
        if (files.SizeOf(ManifestPath) is not null)
            return await ReadEntriesAsync(files, ct).ConfigureAwait(false);
        bool isLayout = files.SizeOf(LayoutPaths.Marker) is not null;
        files.Dispose();
        return isLayout ? null : throw new InvalidImageException($"{files.Place} holds no image: it has neither the \"{ManifestPath}\" that docker save writes nor the \"{LayoutPaths.Marker}\" of an OCI image layout");
    }

    /// <summary>Copies an archive that comes as a stream to <see cref="ArchiveOptions.SpoolPath"/>, and opens it there.</summary>
    /// <param name="input">Read to its end and disposed.</param>
    /// <exception cref="InvalidImageException">It is not such an archive, or too long.</exception>
    public static async Task<DockerArchiveSource> ReadAsync(Stream input, ArchiveOptions options, CancellationToken ct = default) =>
        await ReadEntriesAsync(await ArchiveFiles.CopyAsync(input, options, ct).ConfigureAwait(false), ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<Image> GetImageAsync(Reference reference, Platform platform, CancellationToken ct)
    {
        Reference wanted = reference.WithDefaultTag().WithoutDigest();
        DockerArchiveEntry[] found = [.. _entries.Where(e => NamesOf(e).Contains(wanted))];
        if (found.Length == 0)
            throw new ImageNotFoundException($"{_files.Place} has no image {reference.WithDefaultTag()}{Offer()}");
        return ChooseAsync(found, platform, ct);
    }

    /// <summary>The image of an archive that has just one, whatever its names.</summary>
    /// <exception cref="ImageNotFoundException">There is none, or there are several.</exception>
    public Task<Image> GetOnlyImageAsync(Platform platform, CancellationToken ct)
    {
        if (_entries.IsEmpty)
            throw new ImageNotFoundException($"{_files.Place} has no image");
        if (_entries.Length > 1)
            throw new ImageNotFoundException($"{_files.Place} has several images; one of them must be named{Offer()}");
        return ChooseAsync([_entries[0]], platform, ct);
    }

    /// <summary>The images that have no name, in the archive's order.</summary>
    /// <exception cref="InvalidImageException">One is damaged.</exception>
    public async Task<ImmutableArray<Image>> GetUnnamedAsync(CancellationToken ct)
    {
        ImmutableArray<Image>.Builder images = ImmutableArray.CreateBuilder<Image>();
        foreach (DockerArchiveEntry entry in _entries.Where(static e => !NamesOf(e).Any()))
            images.Add(await new DockerArchiveImage(_files, entry).ReadAsync(ct).ConfigureAwait(false));
        return images.DrainToImmutable();
    }

    /// <summary>Closes the archive. Layers that are still open break.</summary>
    public void Dispose() => _files.Dispose();

    // Several entries of one name are the platforms of one image.
    private async Task<Image> ChooseAsync(DockerArchiveEntry[] entries, Platform platform, CancellationToken ct)
    {
        Image? first = null;
        foreach (DockerArchiveEntry entry in entries)
        {
            Image image = await new DockerArchiveImage(_files, entry).ReadAsync(ct).ConfigureAwait(false);
            if (platform.Accepts(image.Config.Platform))
                return image;
            first ??= image;
        }
        return first ?? throw new ImageNotFoundException($"{_files.Place} has no image");
    }

    private static IEnumerable<Reference> NamesOf(DockerArchiveEntry entry)
    {
        foreach (string text in entry.RepoTags ?? [])
        {
            if (text is not null && Reference.TryParse(text, out Reference? name, out _))
                yield return name.WithDefaultTag();
        }
    }

    private string Offer()
    {
        string[] names = [.. Names.Select(static n => n.ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(8)];
        return names.Length == 0 ? "" : $"; it has {string.Join(", ", names)}";
    }

    private static async Task<DockerArchiveSource> ReadEntriesAsync(ArchiveFiles files, CancellationToken ct)
    {
        try
        {
            byte[] json = await ArchiveDocument.ReadAsync(files, ManifestPath, ct).ConfigureAwait(false)
                ?? throw new InvalidImageException($"{files.Place} is not an archive for docker load: it has no \"{ManifestPath}\"");
            DockerArchiveEntry?[]? entries = JsonSerializer.Deserialize(json, DockerArchiveJsonContext.Default.DockerArchiveEntryArray);
            return new DockerArchiveSource(files, [.. (entries ?? []).OfType<DockerArchiveEntry>()]);
        }
        catch (Exception e)
        {
            files.Dispose();
            if (e is JsonException)
                throw new InvalidImageException($"\"{ManifestPath}\" in {files.Place} is not valid JSON of its kind: {e.Message}", e);
            throw;
        }
    }
}
