using System.Collections.Immutable;
using Caisson.Engine.Sources;
using Caisson.Linux.Native;
using Caisson.Oci.DockerArchive;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Engine;

/// <summary>Adds the images of an archive to the store, in whichever of the two common forms it is.</summary>
/// <param name="parts">What has the store.</param>
/// <param name="platform">What of an archive is for another platform is left out; null takes what is for this machine, else what there is.</param>
internal sealed class ImageLoading(EngineParts parts, Platform? platform)
{
    private const long MaxUnpackedBytes = 64L << 30;
    private const string Unnamed = "the archive";

    private Platform Wanted => platform ?? MachinePlatform.Current;

    /// <exception cref="ImageNotFoundException">The archive has nothing for the platform.</exception>
    /// <exception cref="InvalidImageException">The file is neither form, or damaged.</exception>
    public async Task<ImmutableArray<LoadedImage>> LoadAsync(string path, CancellationToken ct)
    {
        FileStream input = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        await using (input.ConfigureAwait(false))
            return input.CanSeek ? await LoadFileAsync(path, path, ct).ConfigureAwait(false) : await LoadAsync(input, ct).ConfigureAwait(false);
    }

    // Which form it is shows at the second look: what can be read once only is kept first.
    /// <exception cref="ImageNotFoundException">The archive has nothing for the platform.</exception>
    /// <exception cref="InvalidImageException">What is read is neither form, or damaged.</exception>
    public async Task<ImmutableArray<LoadedImage>> LoadAsync(Stream input, CancellationToken ct)
    {
        string kept = parts.Work.NewPath("archive");
        try
        {
            FileStream copy = new(kept, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            await using (copy.ConfigureAwait(false))
                await input.CopyToAsync(copy, ct).ConfigureAwait(false);
            return await LoadFileAsync(kept, Unnamed, ct).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(kept);
        }
    }

    // All are read before the first is added: of an archive that is damaged at a glance, nothing is loaded.
    private async Task<ImmutableArray<LoadedImage>> LoadFileAsync(string file, string place, CancellationToken ct)
    {
        ArchiveOptions options = new() { Place = place, SpoolPath = parts.Work.NewPath("unpacked"), Decompression = SystemDecoders.Options with { MaxBytes = MaxUnpackedBytes } };
        using DockerArchiveSource? docker = await DockerArchiveSource.TryOpenAsync(file, options, ct).ConfigureAwait(false);
        // Of an image for several platforms Docker lists one in its own form, and all in that of the layout.
        if (docker is not null && (platform is null || !docker.IsLayout))
            return await AddAsync(place, await ReadAsync(docker, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        using OciArchive archive = await OciArchive.OpenAsync(file, options, ct).ConfigureAwait(false);
        return await AddAsync(place, await ReadAsync(archive, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
    }

    private async Task<ImmutableArray<LoadedImage>> AddAsync(string place, List<(Image Image, Reference? Name)> images, CancellationToken ct)
    {
        if (images.Count == 0)
            throw new InvalidImageException("the archive holds no image");
        (Image Image, Reference? Name)[] wanted = [.. images.Where(i => platform?.Accepts(i.Image.Config.Platform) != false)];
        if (wanted.Length == 0)
            throw new ImageNotFoundException($"{place} has no image for {platform}; it has {string.Join(", ", images.Select(static i => i.Image.Config.Platform.ToString()).Distinct(StringComparer.Ordinal))}");
        foreach ((Image image, Reference? name) in wanted)
            await parts.Images.Layout.AddImageAsync(image, name, ct).ConfigureAwait(false);
        return [.. wanted.Select(static i => new LoadedImage(i.Image.Manifest.Config.Digest, i.Name))];
    }

    private async Task<List<(Image Image, Reference? Name)>> ReadAsync(DockerArchiveSource docker, CancellationToken ct)
    {
        List<(Image Image, Reference? Name)> images = [];
        foreach (Reference name in docker.Names.Distinct())
            images.Add((await docker.GetImageAsync(name, Wanted, ct).ConfigureAwait(false), name));
        foreach (Image image in await docker.GetUnnamedAsync(ct).ConfigureAwait(false))
            images.Add((image, null));
        return images;
    }

    private async Task<List<(Image Image, Reference? Name)>> ReadAsync(OciArchive archive, CancellationToken ct)
    {
        ImageIndex index = await archive.ReadIndexAsync(ct).ConfigureAwait(false);
        List<(Image Image, Reference? Name)> images = [];
        // Beside images with names some writers list their parts.
        bool hasNames = index.Manifests.Any(static e => OciLayout.NameOf(e) is not null);
        // Several entries of one name are the platforms of one image.
        foreach (IGrouping<string, Descriptor> entries in index.Manifests.Where(e => hasNames ? OciLayout.NameOf(e) is not null : !ImageKinds.IsBeside(e)).GroupBy(static e => OciLayout.ReferenceOf(e)?.ToString() ?? e.Digest.Value))
        {
            Descriptor entry = (index with { Manifests = [.. entries] }).Find(Wanted) ?? entries.First();
            images.Add((await archive.GetImageAsync(entry, Wanted, ct).ConfigureAwait(false), OciLayout.ReferenceOf(entry)));
        }
        return images;
    }
}
