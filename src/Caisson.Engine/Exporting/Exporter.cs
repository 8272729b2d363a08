using System.Collections.Immutable;
using System.Diagnostics;
using Caisson.Engine.Events;
using Caisson.Engine.Imaging;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.DockerArchive;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Engine.Exporting;

/// <summary>Carries out the exports of a build.</summary>
/// <param name="parts">The engine.</param>
/// <param name="forms">Makes the forms of layers.</param>
/// <param name="events">Told what happens.</param>
internal sealed class Exporter(EngineParts parts, LayerForms forms, EventLog events)
{
    /// <summary>Carries them out in order.</summary>
    /// <exception cref="BuildException">A destination cannot be written.</exception>
    public async Task<BuildResult> ExportAsync(Exportable result, ImmutableArray<Export> exports, CancellationToken ct)
    {
        Image? first = null;
        foreach (Export export in exports)
        {
            if (!export.IsImage)
            {
                await events.ReportAsync($"exporting files to {TargetOf(export)}", token => ExplainAsync(export, () => ExportFilesAsync(export, result, token)), ct).ConfigureAwait(false);
                continue;
            }
            Exportable compressed = result with { Form = result.Form with { Compression = export.Compression } };
            Image image = await events.ReportAsync("exporting layers", token => MakeImageAsync(compressed, token), ct).ConfigureAwait(false);
            await events.ReportAsync($"writing {image.Descriptor.Digest} to {TargetOf(export)}", token => ExplainAsync(export, () => WriteAsync(export, image, token)), ct).ConfigureAwait(false);
            first ??= image;
        }
        return new BuildResult(first);
    }

    private async Task<Image> MakeImageAsync(Exportable result, CancellationToken ct)
    {
        ImmutableArray<ImageLayer>.Builder layers = ImmutableArray.CreateBuilder<ImageLayer>();
        for (int i = 0; i < result.Files.Layers.Length; i++)
        {
            ImageLayer layer = await forms.GetBlobAsync(result.Files, i, result.Form, ct).ConfigureAwait(false);
            layers.Add(layer with { Blob = layer.Blob with { MediaType = OciMediaTypeOf(layer.Blob.MediaType), Annotations = null } });
        }
        return Image.Create(result.Config, layers.ToImmutable());
    }

    private async Task<bool> WriteAsync(Export export, Image image, CancellationToken ct)
    {
        switch (export)
        {
            case Export.Store store:
                await NameAsync(parts.Images.Layout, image, store.Names, ct).ConfigureAwait(false);
                break;
            case Export.OciDirectory oci:
                await NameAsync(await OpenLayoutAsync(oci.Path, ct).ConfigureAwait(false), image, oci.Names, ct).ConfigureAwait(false);
                break;
            case Export.OciArchive oci:
                await oci.File.WriteAsync(stream => new OciArchiveSink(stream, oci.Names.FirstOrDefault()).WriteAsync(image, ct), ct).ConfigureAwait(false);
                break;
            case Export.DockerArchive docker:
                await docker.File.WriteAsync(stream => new DockerArchiveSink(stream, new DockerArchiveOptions { Names = docker.Names, Layers = DockerArchiveLayers.AsStored }).WriteAsync(image, ct), ct).ConfigureAwait(false);
                break;
            case Export.Registry registry:
                await parts.Registry.PushAsync(image, registry.Name.WithDefaultTag(), default, ct).ConfigureAwait(false);
                break;
            default:
                throw new UnreachableException(export.GetType().Name);
        }
        return true;
    }

    private static async Task NameAsync(OciLayout layout, Image image, ImmutableArray<Reference> names, CancellationToken ct)
    {
        await layout.AddImageAsync(image, names.FirstOrDefault()?.WithDefaultTag(), ct).ConfigureAwait(false);
        foreach (Reference name in names.Skip(1))
            await layout.TagAsync(image.Descriptor, name.WithDefaultTag(), ct).ConfigureAwait(false);
    }

    private static async Task<OciLayout> OpenLayoutAsync(string path, CancellationToken ct)
    {
        try
        {
            return await OciLayout.CreateAsync(path, options: null, ct).ConfigureAwait(false);
        }
        catch (InvalidImageException e)
        {
            throw new BuildException(EngineCodes.ExportFailed, $"cannot export to {path}: {e.Message}", "choose another directory", e);
        }
    }

    private async Task<bool> ExportFilesAsync(Export export, Exportable result, CancellationToken ct)
    {
        MergedTree tree = await forms.OpenTreeAsync(result.Files, withContent: true, ct).ConfigureAwait(false);
        FilesExporter files = new(tree, result.Form);
        if (export is Export.LocalDirectory local)
            await Task.Run(() => files.WriteDirectory(local.Path, ct), ct).ConfigureAwait(false);
        else if (export is Export.Tar tar)
            await tar.File.WriteAsync(stream => files.WriteTarAsync(stream, ct), ct).ConfigureAwait(false);
        return true;
    }

    // What goes wrong on the way to a place that the user chose is about that place; the store speaks for itself.
    private async Task<bool> ExplainAsync(Export export, Func<Task<bool>> write)
    {
        try
        {
            return await write().ConfigureAwait(false);
        }
        catch (IOException e) when (export is not (Export.Store or Export.Registry) && SystemCallException.SaysDiskFull(e))
        {
            throw Failures.DiskFull(e, PlaceOf(export), parts.Options.StatePath);
        }
        catch (Exception e) when (export is not Export.Store && e is UnauthorizedAccessException or IOException and not ContentChangedException && !SystemCallException.SaysDiskFull(e))
        {
            throw new BuildException(EngineCodes.ExportFailed, $"cannot export to {TargetOf(export)}: {e.Message}", hint: null, e);
        }
    }

    // The place on this machine's disk; null when a stream is written.
    private static string? PlaceOf(Export export) => export switch
    {
        Export.OciDirectory oci => Path.GetFullPath(oci.Path),
        Export.LocalDirectory local => Path.GetFullPath(local.Path),
        Export.OciArchive { File.FilePath: { } path } => path,
        Export.DockerArchive { File.FilePath: { } path } => path,
        Export.Tar { File.FilePath: { } path } => path,
        _ => null,
    };

    private static string TargetOf(Export export) => export switch
    {
        Export.Store { Names: [] } => "the image store",
        Export.Store store => string.Join(", ", store.Names.Select(static n => n.Familiar)),
        Export.Registry registry => registry.Name.Familiar,
        Export.OciDirectory oci => oci.Path,
        Export.OciArchive oci => oci.File.ToString(),
        Export.DockerArchive docker => docker.File.ToString(),
        Export.LocalDirectory local => local.Path,
        Export.Tar tar => tar.File.ToString(),
        _ => throw new UnreachableException(export.GetType().Name),
    };

    // Layers of a base image keep their bytes; in an OCI manifest they go by OCI's names.
    private static string OciMediaTypeOf(string mediaType) => mediaType switch
    {
        MediaTypes.DockerLayer => MediaTypes.OciLayer,
        MediaTypes.DockerLayerGzip or MediaTypes.DockerForeignLayerGzip => MediaTypes.OciLayerGzip,
        _ => mediaType,
    };
}
