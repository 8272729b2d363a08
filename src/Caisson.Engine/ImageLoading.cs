using System.Collections.Immutable;
using Caisson.Engine.Sources;
using Caisson.Oci.DockerArchive;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>Adds the images of an archive to the store, in whichever of the two common forms it is.</summary>
internal static class ImageLoading
{
    /// <exception cref="InvalidImageException">The file is neither form, or damaged.</exception>
    public static async Task<ImmutableArray<Reference>> LoadAsync(EngineParts parts, string path, CancellationToken ct)
    {
        try
        {
            using DockerArchiveSource docker = await DockerArchiveSource.OpenAsync(path, options: null, ct).ConfigureAwait(false);
            foreach (Reference name in docker.Names)
            {
                Image image = await docker.GetImageAsync(name, MachinePlatform.Current, ct).ConfigureAwait(false);
                await parts.Images.Layout.AddImageAsync(image, name, ct).ConfigureAwait(false);
            }
            return docker.Names.IsEmpty ? throw new InvalidImageException($"{path} holds no image with a name") : docker.Names;
        }
        catch (InvalidImageException)
        {
            return await LoadLayoutAsync(parts, path, ct).ConfigureAwait(false);
        }
    }

    private static async Task<ImmutableArray<Reference>> LoadLayoutAsync(EngineParts parts, string path, CancellationToken ct)
    {
        using OciArchive archive = await OciArchive.OpenAsync(path, options: null, ct).ConfigureAwait(false);
        ImageIndex index = await archive.ReadIndexAsync(ct).ConfigureAwait(false);
        ImmutableArray<Reference>.Builder names = ImmutableArray.CreateBuilder<Reference>();
        foreach (Descriptor entry in index.Manifests)
        {
            if (entry.Annotations?.GetValueOrDefault(OciLayout.RefNameAnnotation) is not { } text || !Reference.TryParse(text, out Reference? name, out _))
                continue;
            Image image = await archive.GetImageAsync(name, MachinePlatform.Current, ct).ConfigureAwait(false);
            await parts.Images.Layout.AddImageAsync(image, name.WithDefaultTag(), ct).ConfigureAwait(false);
            names.Add(name.WithDefaultTag());
        }
        return names.Count == 0 ? throw new InvalidImageException($"{path} holds no image with a name") : names.ToImmutable();
    }
}
