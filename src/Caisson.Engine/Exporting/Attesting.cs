using System.Collections.Immutable;
using Caisson.Engine.Events;
using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Exporting;

/// <summary>Gets what is said of the exports of a build, and brings it into the form in which it is kept.</summary>
/// <param name="attester">Says it; null when nothing is said.</param>
/// <param name="made">What is known of the build by now, without an image.</param>
/// <param name="events">Know when it began.</param>
/// <param name="work">For files that are about to be exported.</param>
internal sealed class Attesting(IAttester? attester, BuildResult made, EventLog events, WorkArea work)
{
    private const string NoName = "_";

    /// <summary>What is said of an image, for its manifest, or of an index, for it and for each of its images.</summary>
    /// <param name="image">The image or index.</param>
    /// <param name="names">Its names; none when it has none.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<ImmutableArray<Referrer>> OfImageAsync(BuildResult image, ImmutableArray<Reference> names, CancellationToken ct)
    {
        if (attester is null)
            return [];
        Image[] images = [.. image.Index?.Images ?? [image.Image!]]; // an export of images made one
        Descriptor[] described = [.. images.Select(static i => i.Descriptor)];
        IEnumerable<(Descriptor Descriptor, Platform? Platform)> all = described.Select(static d => (d, d.Platform));
        if (image.Index is { } index)
            all = all.Prepend((index.Descriptor, null));
        AttestedResult result = ResultOf(image with { Inputs = made.Inputs, BuildId = made.BuildId }, [.. all.SelectMany(s => NamesOf(names, s.Platform).Select(name => new AttestedSubject(name, s.Descriptor.Digest)))]);
        ImmutableArray<Attestation> said = await attester.AttestAsync(result, ct).ConfigureAwait(false);
        return [.. all.SelectMany(subject => said.Select(s => Referrer.Create(subject.Descriptor, s.ArtifactType, s.MediaType, s.Content, s.Annotations)))];
    }

    /// <summary>What is said of files, as more files.</summary>
    /// <param name="part">The files of a platform, or of several in one directory.</param>
    /// <param name="prefix">What the names of the new files begin with.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">Such a file is among those of the result.</exception>
    public async Task<ImmutableArray<AttachedFile>> OfFilesAsync(ImmutableArray<FilesPart> part, string prefix, CancellationToken ct)
    {
        if (attester is null)
            return [];
        string directory = part[0].Directory;
        ExportedFiles files = new([.. part.Select(static p => p with { Directory = "" })]);
        ImmutableArray<AttestedSubject> subjects = await Task.Run(() => ImmutableArray.CreateRange(SubjectsOf(files, ct)), ct).ConfigureAwait(false);
        ImmutableArray<AttachedFile>.Builder attached = ImmutableArray.CreateBuilder<AttachedFile>();
        foreach (Attestation said in await attester.AttestAsync(ResultOf(made, subjects), ct).ConfigureAwait(false))
        {
            string name = prefix + said.FileName;
            if (part.Any(p => p.Tree.Find(name) is not null))
                throw new BuildException(EngineCodes.ExportFailed, $"the result has a file \"{name}\", which is the name that its attestation gets", "name it otherwise: --provenance=filename=NAME, or attestation-prefix=PREFIX of the output");
            string path = work.NewPath("attestation");
            await File.WriteAllBytesAsync(path, said.Content, ct).ConfigureAwait(false);
            attached.Add(new AttachedFile(directory.Length > 0 ? $"{directory}/{name}" : name, path, said.Content.Length, part[0].Form.Time));
        }
        return attached.ToImmutable();
    }

    private AttestedResult ResultOf(BuildResult result, ImmutableArray<AttestedSubject> subjects) =>
        new() { Result = result, Subjects = subjects, Started = events.Date - events.Now, Finished = events.Date };

    private static IEnumerable<string> NamesOf(ImmutableArray<Reference> names, Platform? platform) =>
        names.IsEmpty ? [NoName] : names.Select(n => PackageUrl.Of(n, platform)).Distinct(StringComparer.Ordinal);

    private static IEnumerable<AttestedSubject> SubjectsOf(ExportedFiles files, CancellationToken ct)
    {
        foreach (FileEntry entry in files.Entries())
        {
            ct.ThrowIfCancellationRequested();
            if (entry.Kind != EntryKind.File)
                continue;
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = files.Open(entry.Path);
            yield return new AttestedSubject(entry.Path, entry.Content ?? FileContent.Hash(file, ct).Digest);
        }
    }
}
