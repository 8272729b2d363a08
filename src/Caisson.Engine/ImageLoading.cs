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
internal static class ImageLoading
{
    private const long MaxUnpackedBytes = 64L << 30;

    /// <exception cref="InvalidImageException">The file is neither form, or damaged.</exception>
    public static async Task<ImmutableArray<LoadedImage>> LoadAsync(EngineParts parts, string path, CancellationToken ct)
    {
        FileStream input = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        await using (input.ConfigureAwait(false))
            return input.CanSeek ? await LoadFileAsync(parts, path, ct).ConfigureAwait(false) : await LoadAsync(parts, input, ct).ConfigureAwait(false);
    }

    // Which form it is shows at the second look: what can be read once only is kept first.
    /// <exception cref="InvalidImageException">What is read is neither form, or damaged.</exception>
    public static async Task<ImmutableArray<LoadedImage>> LoadAsync(EngineParts parts, Stream input, CancellationToken ct)
    {
        string kept = parts.Work.NewPath("archive");
        try
        {
            FileStream copy = new(kept, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            await using (copy.ConfigureAwait(false))
                await input.CopyToAsync(copy, ct).ConfigureAwait(false);
            return await LoadFileAsync(parts, kept, ct).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(kept);
        }
    }

    private static async Task<ImmutableArray<LoadedImage>> LoadFileAsync(EngineParts parts, string file, CancellationToken ct)
    {
        try
        {
            using DockerArchiveSource docker = await DockerArchiveSource.OpenAsync(file, Options(parts), ct).ConfigureAwait(false);
            ImmutableArray<LoadedImage>.Builder loaded = ImmutableArray.CreateBuilder<LoadedImage>();
            foreach (Reference name in docker.Names)
                loaded.Add(await AddAsync(parts, await docker.GetImageAsync(name, MachinePlatform.Current, ct).ConfigureAwait(false), name, ct).ConfigureAwait(false));
            foreach (Image image in await docker.GetUnnamedAsync(ct).ConfigureAwait(false))
                loaded.Add(await AddAsync(parts, image, name: null, ct).ConfigureAwait(false));
            return loaded.Count > 0 ? loaded.ToImmutable() : throw NoImage();
        }
        catch (InvalidImageException)
        {
            return await LoadLayoutAsync(parts, file, ct).ConfigureAwait(false);
        }
    }

    private static async Task<LoadedImage> AddAsync(EngineParts parts, Image image, Reference? name, CancellationToken ct)
    {
        await parts.Images.Layout.AddImageAsync(image, name, ct).ConfigureAwait(false);
        return new LoadedImage(image.Manifest.Config.Digest, name);
    }

    private static async Task<ImmutableArray<LoadedImage>> LoadLayoutAsync(EngineParts parts, string path, CancellationToken ct)
    {
        using OciArchive archive = await OciArchive.OpenAsync(path, Options(parts), ct).ConfigureAwait(false);
        ImageIndex index = await archive.ReadIndexAsync(ct).ConfigureAwait(false);
        ImmutableArray<LoadedImage>.Builder loaded = ImmutableArray.CreateBuilder<LoadedImage>();
        // Beside images with names some writers list their parts.
        bool hasNames = index.Manifests.Any(static e => OciLayout.NameOf(e) is { } text && Reference.TryParse(text, out _, out _));
        foreach (Descriptor entry in index.Manifests)
        {
            if (OciLayout.NameOf(entry) is { } text && Reference.TryParse(text, out Reference? name, out _))
                loaded.Add(await AddAsync(parts, await archive.GetImageAsync(name, MachinePlatform.Current, ct).ConfigureAwait(false), name.WithDefaultTag(), ct).ConfigureAwait(false));
            else if (!hasNames && !ImageKinds.IsBeside(entry))
                loaded.Add(await AddAsync(parts, await archive.GetImageAsync(entry, MachinePlatform.Current, ct).ConfigureAwait(false), name: null, ct).ConfigureAwait(false));
        }
        return loaded.Count > 0 ? loaded.ToImmutable() : throw NoImage();
    }

    private static InvalidImageException NoImage() => new("the archive holds no image");

    private static ArchiveOptions Options(EngineParts parts) => new() { SpoolPath = parts.Work.NewPath("unpacked"), Decompression = SystemDecoders.Options with { MaxBytes = MaxUnpackedBytes } };
}
