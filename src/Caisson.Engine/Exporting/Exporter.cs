using System.Collections.Immutable;
using System.Diagnostics;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Imaging;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.DockerArchive;
using Caisson.Oci.DockerEngine;
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
    /// <summary>What is known of the build by now, without an image.</summary>
    public BuildResult Built { get; init; } = new(Image: null);

    /// <summary>Says what is kept with the exports; null when nothing is.</summary>
    public IAttester? Attester { get; init; }

    private Attesting Attesting => new(Attester, Built, events, parts.Work);

    /// <summary>Carries them out in order.</summary>
    /// <returns>What the first that pushes has made; without one, the first that asks for an image.</returns>
    /// <exception cref="BuildException">A destination cannot be written, or cannot hold what was built.</exception>
    public async Task<BuildResult> ExportAsync(ExportableSet results, ImmutableArray<Export> exports, CancellationToken ct)
    {
        BuildResult? first = null;
        BuildResult? pushed = null;
        for (int i = 0; i < exports.Length; i++)
        {
            Export export = exports[i];
            ExportWork part = new(i);
            if (!export.IsImage)
            {
                await events.ReportAsync($"exporting files to {TargetOf(export)}", part with { Written = Built }, token => ExplainAsync(export, () => ExportFilesAsync(export, results, token)), ct).ConfigureAwait(false);
                continue;
            }
            ImageAssembly assembly = new(forms, export);
            BuildResult made = await events.ReportAsync("exporting layers", part, token => assembly.MakeAsync(results, token), ct).ConfigureAwait(false);
            ImmutableArray<Referrer> said = await AttestAsync(export, part, made, ct).ConfigureAwait(false);
            string work = $"writing {made.Descriptor?.Digest} to {TargetOf(export)}";
            await events.ReportAsync(work, part with { Written = made }, token => ExplainAsync(export, () => WriteAsync(export, made, said, token)), ct).ConfigureAwait(false);
            first ??= made;
            if (export is Export.Registry)
                pushed ??= made;
        }
        return (pushed ?? first ?? Built) with { Inputs = Built.Inputs };
    }

    /// <summary>What the store would be given, in its usual form; nothing is written anywhere.</summary>
    public Task<BuildResult> AssembleAsync(ExportableSet results, CancellationToken ct) =>
        events.ReportAsync("exporting layers", token => new ImageAssembly(forms, new Export.Store([])).MakeAsync(results, token), ct);

    private async Task<ImmutableArray<Referrer>> AttestAsync(Export export, ExportWork part, BuildResult made, CancellationToken ct)
    {
        if (Attester is null)
            return [];
        if (export.HoldsAttestations)
            return await events.ReportAsync($"attesting {made.Descriptor?.Digest}", part, token => Attesting.OfImageAsync(made, AttestedNamesOf(export), token), ct).ConfigureAwait(false);
        string message = $"{TargetOf(export)} has no place for attestations: none is kept with the image there";
        events.Add(new BuildEvent.Warning(new Diagnostic(EngineCodes.NoPlaceForAttestations, Severity.Warning, message, Hint: "push the image, or export it with type=oci")) { At = events.Now });
        return [];
    }

    private static ImmutableArray<Reference> AttestedNamesOf(Export export) => export switch
    {
        Export.Store store => store.Names,
        Export.Registry registry => [registry.Name],
        Export.OciDirectory oci => oci.Names,
        Export.OciArchive oci => oci.Names,
        _ => [],
    };

    private async Task<bool> WriteAsync(Export export, BuildResult made, ImmutableArray<Referrer> said, CancellationToken ct)
    {
        switch (export)
        {
            case Export.Store store:
                await NameAsync(parts.Images.Layout, made, NamesOf(store, made), ct).ConfigureAwait(false);
                await AddAsync(parts.Images.Layout, said, ct).ConfigureAwait(false);
                break;
            case Export.OciDirectory oci:
                OciLayout layout = await OpenLayoutAsync(oci.Path, ct).ConfigureAwait(false);
                await NameAsync(layout, made, oci.Names, ct).ConfigureAwait(false);
                await AddAsync(layout, said, ct).ConfigureAwait(false);
                break;
            case Export.OciArchive oci:
                ImmutableArray<Reference> names = [.. oci.Names.Select(static n => n.WithDefaultTag())];
                await oci.File.WriteAsync(stream => WriteAsync(new OciArchiveSink(stream, names) { Referrers = said }, made, ct), ct).ConfigureAwait(false);
                break;
            case Export.DockerArchive docker:
                DockerArchiveOptions options = new() { Names = docker.Names, Layers = DockerArchiveLayers.AsStored };
                await docker.File.WriteAsync(stream => new DockerArchiveSink(stream, options).WriteAsync(OnlyImage(made, "an archive for docker load"), ct), ct).ConfigureAwait(false);
                break;
            case Export.DockerEngine docker:
                using (DockerEngineClient engine = new(docker.SocketPath))
                    await engine.LoadAsync(OnlyImage(made, "what a Docker engine loads"), docker.Names, ct).ConfigureAwait(false);
                break;
            case Export.ContainersStorage storage:
                await new ContainersStorage(parts.Images.Layout, parts.Options.SearchPath, parts.Work.NewPath("storage")).WriteAsync(OnlyImage(made, "what goes into a storage"), storage, ct).ConfigureAwait(false);
                break;
            case Export.Registry registry:
                // Who sees the name sees what is said of it, too.
                foreach (Referrer referrer in said)
                    await parts.Registry.PushReferrerAsync(registry.Name, referrer, ct).ConfigureAwait(false);
                await PushAsync(registry, made, ct).ConfigureAwait(false);
                break;
            default:
                throw new UnreachableException(export.GetType().Name);
        }
        return true;
    }

    private static Task WriteAsync(OciArchiveSink archive, BuildResult made, CancellationToken ct) =>
        made.Index is { } index ? archive.WriteAsync(index, ct) : archive.WriteAsync(made.Image!, ct); // an export of images made one

    private Task<Descriptor> PushAsync(Export.Registry registry, BuildResult made, CancellationToken ct)
    {
        Reference target = registry.ByDigest ? registry.Name.WithoutTag().WithDigest(made.Descriptor!.Digest) : registry.Name.WithDefaultTag(); // an export of images made one
        return made.Index is { } index ? parts.Registry.PushAsync(index, target, default, ct) : parts.Registry.PushAsync(made.Image!, target, default, ct);
    }

    private static Image OnlyImage(BuildResult made, string what) => made.Index is { Images.Length: > 1 } index
        ? throw new BuildException(
            EngineCodes.ExportFailed,
            $"{what} holds the image of one platform, and this is for {string.Join(", ", index.Images.Select(static i => i.Config.Platform))}",
            "export with type=oci, which holds all of them, or build for one platform")
        : made.Image!; // an export of images made one

    private static ImmutableArray<Reference> NamesOf(Export.Store store, BuildResult made) =>
        [.. store.Names, .. store.CanonicalNames.Select(name => name.WithoutTag().WithDigest(made.Descriptor!.Digest))]; // an export of images made one

    private static async Task NameAsync(OciLayout layout, BuildResult made, ImmutableArray<Reference> names, CancellationToken ct)
    {
        Reference? first = names.FirstOrDefault()?.WithDefaultTag();
        if (made.Index is { } index)
            await layout.AddImageAsync(index, first, ct).ConfigureAwait(false);
        else
            await layout.AddImageAsync(made.Image!, first, ct).ConfigureAwait(false); // an export of images made one
        foreach (Reference name in names.Skip(1))
            await layout.TagAsync(made.Descriptor!, name.WithDefaultTag(), ct).ConfigureAwait(false); // an export of images made one
    }

    private static async Task AddAsync(OciLayout layout, ImmutableArray<Referrer> said, CancellationToken ct)
    {
        foreach (Referrer referrer in said)
            await layout.AddReferrerAsync(referrer, ct).ConfigureAwait(false);
    }

    private async Task<OciLayout> OpenLayoutAsync(string path, CancellationToken ct)
    {
        try
        {
            return await OciLayout.CreateAsync(path, new OciLayoutOptions { Lock = LayoutLock.Of(path, parts.Options.Time) }, ct).ConfigureAwait(false);
        }
        catch (InvalidImageException e)
        {
            throw new BuildException(EngineCodes.ExportFailed, $"cannot export to {path}: {e.Message}", "choose another directory", e);
        }
    }

    private async Task<bool> ExportFilesAsync(Export export, ExportableSet results, CancellationToken ct)
    {
        bool splits = (export as Export.LocalDirectory)?.SplitsPlatforms ?? (export as Export.Tar)?.SplitsPlatforms ?? results.AreTold;
        ImmutableArray<FilesPart>.Builder platforms = ImmutableArray.CreateBuilder<FilesPart>();
        foreach (Exportable result in results.Platforms)
        {
            MergedTree tree = await forms.OpenTreeAsync(result.Files, withContent: true, ct).ConfigureAwait(false);
            platforms.Add(new FilesPart(result, tree, splits ? ExportedFiles.DirectoryOf(result.Platform) : ""));
        }
        ImmutableArray<FilesPart> written = platforms.DrainToImmutable();
        FilesExporter files = new(new ExportedFiles(written) { Attached = await AttestFilesAsync(export, written, splits, ct).ConfigureAwait(false) });
        if (export is Export.LocalDirectory local)
            await Task.Run(() => files.WriteDirectory(local.Path, local.RemovesOthers, ct), ct).ConfigureAwait(false);
        else if (export is Export.Tar tar)
            await tar.File.WriteAsync(stream => files.WriteTarAsync(stream, ct), ct).ConfigureAwait(false);
        return true;
    }

    // Where platforms have directories, each has its own there.
    private async Task<ImmutableArray<AttachedFile>> AttestFilesAsync(Export export, ImmutableArray<FilesPart> written, bool splits, CancellationToken ct)
    {
        string prefix = (export as Export.LocalDirectory)?.AttestationPrefix ?? (export as Export.Tar)?.AttestationPrefix ?? "";
        if (!splits)
            return await Attesting.OfFilesAsync(written, prefix, ct).ConfigureAwait(false);
        ImmutableArray<AttachedFile>.Builder attached = ImmutableArray.CreateBuilder<AttachedFile>();
        foreach (FilesPart part in written)
            attached.AddRange(await Attesting.OfFilesAsync([part], prefix, ct).ConfigureAwait(false));
        return attached.ToImmutable();
    }

    // What goes wrong on the way to a place that the user chose is about that place; the store speaks for itself.
    private async Task<bool> ExplainAsync(Export export, Func<Task<bool>> write)
    {
        try
        {
            return await write().ConfigureAwait(false);
        }
        catch (DockerEngineException e)
        {
            throw e.IsUnreachable
                ? new BuildException(EngineCodes.DockerUnreachable, e.Message, "start it, or name its socket: DOCKER_HOST=unix:///PATH; type=docker,dest=FILE writes a file for docker load; the local store needs no engine", e)
                : new BuildException(EngineCodes.DockerRefused, e.Message, "its log says more; type=docker,dest=FILE writes a file for docker load", e);
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
        Export.OciDirectory oci => oci.Shown ?? oci.Path,
        Export.OciArchive oci => oci.File.ToString(),
        Export.DockerArchive docker => docker.File.ToString(),
        Export.DockerEngine docker => $"the Docker engine at {docker.SocketPath}",
        Export.ContainersStorage { Root: { } root } => $"the storage in {root}",
        Export.ContainersStorage => "the storage of podman and buildah",
        Export.LocalDirectory local => local.Shown ?? local.Path,
        Export.Tar tar => tar.File.ToString(),
        _ => throw new UnreachableException(export.GetType().Name),
    };
}
