using System.Collections.Immutable;
using Caisson.Engine.Imaging;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Stargz;

namespace Caisson.Engine.Exporting;

/// <summary>Makes the images of a result: layers to blobs, and the documents over them.</summary>
/// <param name="forms">Makes the forms of layers.</param>
/// <param name="export">What the images are to be like.</param>
internal sealed class ImageAssembly(LayerForms forms, Export export)
{
    /// <summary>Makes the image of each platform, at the same time, and the index when they are told apart.</summary>
    /// <exception cref="BuildException">The images cannot have the form that is asked for.</exception>
    public async Task<BuildResult> MakeAsync(ExportableSet results, CancellationToken ct)
    {
        Image[] images = await Task.WhenAll([.. results.Platforms.Select(platform => MakeAsync(platform, ct))]).ConfigureAwait(false);
        if (!results.AreTold)
            return export.Annotations.Any(static a => a.Level is AnnotationLevel.Index or AnnotationLevel.IndexDescriptor) ? throw NoIndex() : new BuildResult(images[0]);
        MultiPlatformImage index = MultiPlatformImage.Create([.. images], AnnotationsOf(AnnotationLevel.Index, platform: null));
        return new BuildResult(images[0]) { Index = AnnotationsOf(AnnotationLevel.IndexDescriptor, platform: null) is { } said ? index.NamedWith(said) : index };
    }

    private async Task<Image> MakeAsync(Exportable result, CancellationToken ct)
    {
        result = result.As(export);
        ImmutableArray<ImageLayer>.Builder layers = ImmutableArray.CreateBuilder<ImageLayer>();
        for (int i = 0; i < result.Files.Layers.Length; i++)
        {
            ImageLayer layer = await forms.GetBlobAsync(result.Files, i, result.Form, ct).ConfigureAwait(false);
            layers.Add(layer with { Blob = Named(layer.Blob) });
        }
        Image image = Image.Create(result.Config, layers.ToImmutable(), AnnotationsOf(AnnotationLevel.Manifest, result.Platform));
        if (export.UsesDockerTypes)
            image = InDockerTypes(image);
        return AnnotationsOf(AnnotationLevel.ManifestDescriptor, result.Platform) is { } annotations ? image.NamedWith(annotations) : image;
    }

    private static BuildException NoIndex() =>
        new(EngineCodes.ExportFailed, "an image for one platform has no index that could be annotated", "annotate the manifest, or build for several platforms");

    private static Image InDockerTypes(Image image)
    {
        try
        {
            return image.InDockerTypes();
        }
        catch (InvalidImageException e)
        {
            throw new BuildException(EngineCodes.ExportFailed, $"the image cannot be in Docker's media types: {e.Message}", "leave oci-mediatypes=false away", e);
        }
    }

    // Layers of a base image keep their bytes; in an OCI manifest they go by OCI's names.
    private Descriptor Named(Descriptor layer)
    {
        bool isNondistributable = layer.MediaType == MediaTypes.DockerForeignLayerGzip || layer.MediaType.StartsWith(MediaTypes.OciNondistributableLayer, StringComparison.Ordinal);
        string mediaType = layer.MediaType switch
        {
            MediaTypes.DockerLayer => MediaTypes.OciLayer,
            MediaTypes.DockerLayerGzip => MediaTypes.OciLayerGzip,
            MediaTypes.DockerLayerZstd => MediaTypes.OciLayerZstd,
            MediaTypes.DockerForeignLayerGzip => MediaTypes.OciNondistributableLayer + "+gzip",
            string other => other,
        };
        if (isNondistributable && !export.KeepsNondistributable)
            return layer with { MediaType = mediaType.Replace("nondistributable.", "", StringComparison.Ordinal), Urls = null, Annotations = StargzFacts.Among(layer.Annotations) };
        return layer with { MediaType = mediaType, Annotations = StargzFacts.Among(layer.Annotations) };
    }

    private ImmutableSortedDictionary<string, string>? AnnotationsOf(AnnotationLevel level, Platform? platform)
    {
        ImmutableSortedDictionary<string, string>? annotations = null;
        foreach (Annotation annotation in export.Annotations)
        {
            if (annotation.Level == level && (annotation.Platform is null || annotation.Platform == platform))
                annotations = (annotations ?? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)).SetItem(annotation.Key, annotation.Value);
        }
        return annotations;
    }
}
