using System.Collections.Immutable;
using Caisson.Engine.Vendoring;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>An archive of a build context, made smaller.</summary>
internal sealed class TrimmedArchive : ITrimSubject
{
    private readonly EngineParts _parts;
    private readonly BuildRequest _build;
    private readonly ArchiveTrimming _archive;
    private readonly ArchiveUse _use;
    private readonly string _context;
    private readonly string _place;
    private string _trimmed = "";

    private TrimmedArchive(EngineParts parts, BuildRequest build, string path, ArchiveTrimming archive, IReadOnlyList<string> files)
    {
        _parts = parts;
        _build = build;
        _archive = archive;
        _use = new ArchiveUse(files);
        Name = path;
        _context = Path.GetFullPath(build.Context.Location);
        _place = Path.GetRelativePath(_context, Path.GetFullPath(path));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IFileUse Use => _use;

    /// <inheritdoc/>
    public (string Why, string Hint)? Obstacle => !_use.WasUnpacked ? ("no step was seen to unpack it", "what is unpacked to a mount, or moved in the same step, cannot be followed: use ADD, or unpack it in a step of its own")
        : _use.IsUncertain ? Trim.Lost
        : null;

    /// <inheritdoc/>
    public ImmutableArray<string> Unused => [.. _use.Unused];

    /// <summary>Looks at one.</summary>
    /// <exception cref="BuildException">It is not in the context, or no archive that can be written again.</exception>
    public static async Task<TrimmedArchive> OpenAsync(EngineParts parts, TrimRequest request, string path, CancellationToken ct)
    {
        ArchiveTrimming archive = new(Path.GetFullPath(path), request.Keep);
        TrimmedArchive subject = new(parts, request.Build, path, archive, await archive.ListAsync(ct).ConfigureAwait(false));
        if (Path.IsPathRooted(subject._place) || subject._place.Split('/')[0] == "..")
            throw new BuildException(EngineCodes.NotTrimmed, $"{path} is not in the build context {request.Build.Context.Location}", "name the archive that the Dockerfile copies or adds");
        return subject;
    }

    /// <inheritdoc/>
    public async Task<(long WholeBytes, long SizeBytes, Digest Digest)> WriteAsync(string path, IReadOnlySet<string> without, BuildResult recorded, CancellationToken ct)
    {
        (long sizeBytes, Digest digest) = await _archive.WriteAsync(path, without.ToImmutableHashSet(StringComparer.Ordinal), _parts.Options.Parallelism, ct).ConfigureAwait(false);
        return (new FileInfo(Name).Length, sizeBytes, digest);
    }

    /// <inheritdoc/>
    public BuildRequest With(string trimmed, CancellationToken ct)
    {
        _trimmed = trimmed;
        string context = _parts.Work.NewDirectory("trimmed-context");
        using (DirectoryHandle from = DirectoryHandle.Open(_context))
        using (DirectoryHandle to = DirectoryHandle.Open(context))
            Copy(from, to, "", ct);
        return _build with { Context = BuildContext.FromDirectory(context), DockerfilePath = _build.DockerfilePath ?? Path.Combine(_build.Context.Location, "Dockerfile") };
    }

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
