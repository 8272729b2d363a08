using System.Collections.Immutable;
using System.Globalization;
using Caisson.Engine.Exporting;
using Caisson.Engine.Vendoring;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>
/// Makes an archive of a build context smaller, in steps whose builds can be watched: <see cref="Record"/>, <see cref="WriteAsync"/>, <see cref="Rebuild"/>,
/// <see cref="CompleteAsync"/>, each once and in this order.
/// </summary>
public sealed class Trim
{
    private readonly EngineParts _parts;
    private readonly BuildEngine _engine;
    private readonly TrimRequest _request;
    private readonly ArchiveTrimming _archive;
    private readonly string _context;
    private readonly string _place;
    private readonly ArchiveUse _use;
    private readonly string _trimmed;
    private TrimResult? _result;

    private Trim(BuildEngine engine, EngineParts parts, TrimRequest request, ArchiveTrimming archive, IReadOnlyList<string> files)
    {
        _engine = engine;
        _parts = parts;
        _request = request;
        _archive = archive;
        _use = new ArchiveUse(files);
        _context = Path.GetFullPath(request.Build.Context.Location);
        _place = Path.GetRelativePath(_context, Path.GetFullPath(request.ArchivePath));
        _trimmed = parts.Work.NewPath("trimmed");
    }

    internal static async Task<Trim> OpenAsync(BuildEngine engine, EngineParts parts, TrimRequest request, CancellationToken ct)
    {
        if (!Directory.Exists(request.Build.Context.Location))
            throw new BuildException(EngineCodes.NotTrimmed, $"the build context {request.Build.Context.Location} is no local directory", "an archive is trimmed where it is used from: name the directory that holds it");
        ArchiveTrimming archive = new(Path.GetFullPath(request.ArchivePath), request.Keep);
        Trim trim = new(engine, parts, request, archive, await archive.ListAsync(ct).ConfigureAwait(false));
        if (Path.IsPathRooted(trim._place) || trim._place.Split('/')[0] == "..")
            throw new BuildException(EngineCodes.NotTrimmed, $"{request.ArchivePath} is not in the build context {request.Build.Context.Location}", "name the archive that the Dockerfile copies or adds");
        return trim;
    }

    /// <summary>Builds, whatever the cache holds, and watches which files steps open. The result says what the smaller archive must come to.</summary>
    public Build Record(CancellationToken ct = default) => _engine.Start(_request.Build with { UsesCache = false, FileUse = _use, Exports = [new Export.Store([])] }, ct);

    /// <summary>Writes the archive without the files that no step used; it is not at its place yet.</summary>
    /// <exception cref="BuildException">No step unpacked the archive, something was missed, or all of it is used.</exception>
    public async Task<TrimResult> WriteAsync(CancellationToken ct = default)
    {
        if (!_use.WasUnpacked)
            throw NotTrimmed("no step was seen to unpack it", "what is unpacked to a mount, or moved in the same step, cannot be followed: use ADD, or unpack it in a step of its own");
        if (_use.IsUncertain)
            throw NotTrimmed("events of the kernel were lost, so that files may have been used that were not seen", "try again when the machine has less to do");
        ImmutableArray<string> unused = [.. _use.Unused];
        if (unused.IsEmpty)
            throw NotTrimmed("all of it is used", "there is nothing to do");
        (long sizeBytes, Digest digest) = await _archive.WriteAsync(_trimmed, unused.ToImmutableHashSet(StringComparer.Ordinal), _parts.Options.Parallelism, ct).ConfigureAwait(false);
        long before = new FileInfo(_request.ArchivePath).Length;
        if (sizeBytes >= before)
            throw NotTrimmed(string.Create(CultureInfo.InvariantCulture, $"without the {unused.Length} files that no step opened it has {sizeBytes} bytes, and {before} with them"), "it was compressed better than is done here: there is nothing to gain");
        return _result = new TrimResult(before, sizeBytes, digest, unused);
    }

    /// <summary>Builds once more, with the smaller archive in the place of the other.</summary>
    public Build Rebuild(CancellationToken ct = default)
    {
        string context = _parts.Work.NewDirectory("trimmed-context");
        using (DirectoryHandle from = DirectoryHandle.Open(_context))
        using (DirectoryHandle to = DirectoryHandle.Open(context))
            Copy(from, to, "", ct);
        return _engine.Start(_request.Build with { Context = BuildContext.FromDirectory(context), DockerfilePath = _request.Build.DockerfilePath ?? Path.Combine(_request.Build.Context.Location, "Dockerfile"), Exports = [new Export.Store([])] }, ct);
    }

    /// <summary>Puts the smaller archive at its place, if the build comes to the same with it.</summary>
    /// <param name="recorded">What the build came to with the whole archive.</param>
    /// <param name="rebuilt">What it came to with the smaller one.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">The results differ: nothing is written.</exception>
    public async Task<TrimResult> CompleteAsync(BuildResult recorded, BuildResult rebuilt, CancellationToken ct = default)
    {
        TrimResult result = _result ?? throw new InvalidOperationException("nothing was written");
        if (recorded.Descriptor?.Digest != rebuilt.Descriptor?.Digest)
            throw NotTrimmed($"the image is another one without what no step opened: {recorded.Descriptor?.Digest} with all of it, {rebuilt.Descriptor?.Digest} without", "a build that never gives the same twice shows this too; otherwise keep more with --keep, such as what programs only look for");
        FileStream trimmed = File.OpenRead(_trimmed);
        await using (trimmed.ConfigureAwait(false))
            await ExportFile.At(_request.OutputPath).WriteAsync(stream => trimmed.CopyToAsync(stream, ct), ct).ConfigureAwait(false);
        return result;
    }

    /// <summary>The failure of a build with the smaller archive, told as what it is here.</summary>
    public BuildException Explain(BuildException rebuilding) => new(
        [NotTrimmed($"the build fails without what no step opened: {rebuilding.Message}", "keep more with --keep, such as what programs only look for").Diagnostics[0], .. rebuilding.Diagnostics], rebuilding);

    private BuildException NotTrimmed(string why, string hint) => new(EngineCodes.NotTrimmed, $"{_request.ArchivePath} cannot be made smaller: {why}", hint);

    // Links to the same files where that is possible: nobody writes to a context. Times are no part of it, modes are.
    private void Copy(DirectoryHandle from, DirectoryHandle to, string path, CancellationToken ct)
    {
        foreach (string name in from.List())
        {
            ct.ThrowIfCancellationRequested();
            string own = path.Length == 0 ? name : $"{path}/{name}";
            FileStatus status = from.Status(name);
            if (status.IsDirectory)
            {
                to.CreateDirectory(name, status.Mode);
                using DirectoryHandle source = from.OpenDirectory(name);
                using DirectoryHandle target = to.OpenDirectory(name);
                Copy(source, target, own, ct);
            }
            else if (status.Kind == FileKind.SymbolicLink)
            {
                to.CreateSymbolicLink(name, from.ReadLink(name));
            }
            else if (status.Kind == FileKind.File)
            {
                CopyFile(from, to, name, status, own == _place ? _trimmed : null);
            }
        }
    }

    private static void CopyFile(DirectoryHandle from, DirectoryHandle to, string name, FileStatus status, string? instead)
    {
        if (instead is null)
        {
            try
            {
                to.CreateHardLink(name, from, name);
                return;
            }
            catch (SystemCallException)
            {
                // Another file system, or one without links.
            }
        }
        using FileStream content = instead is null ? new FileStream(from.OpenFile(name), FileAccess.Read, bufferSize: 0) : File.OpenRead(instead);
        using FileStream copy = new(to.CreateFile(name, status.Mode), FileAccess.Write, bufferSize: 0);
        content.CopyTo(copy);
        to.SetMode(name, status.Mode);
    }
}
