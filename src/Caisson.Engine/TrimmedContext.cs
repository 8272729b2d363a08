using System.Collections.Immutable;
using Caisson.Engine.Imaging;
using Caisson.Engine.Sources;
using Caisson.Engine.Sources.Contexts;
using Caisson.Engine.Vendoring;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Engine;

/// <summary>A build context, made smaller: an archive of what steps use, which can be a build context as it is.</summary>
internal sealed class TrimmedContext : ITrimSubject, IDisposable
{
    private readonly EngineParts _parts;
    private readonly TrimRequest _request;
    private readonly ContextTree _tree;
    private readonly string? _dockerfile;
    private readonly ContextUse _use;

    /// <summary>Looks at that of a build, as its steps would see it.</summary>
    /// <exception cref="BuildException">It cannot be read.</exception>
    public TrimmedContext(EngineParts parts, TrimRequest request, CancellationToken ct)
    {
        _parts = parts;
        _request = request;
        string path = request.Build.Context.Location;
        string dockerfile = DockerfileText.LocalPathOf(request.Build) ?? "";
        _tree = (ContextTree)ContextDirectory.Open(path, "the build context", ContextDirectory.IgnoreOf(path, dockerfile), parts.Options.StatePath, parts.Stats).Tree;
        string relative = Path.GetRelativePath(Path.GetFullPath(path), Path.GetFullPath(dockerfile));
        _dockerfile = relative.StartsWith("..", StringComparison.Ordinal) || _tree.Find(relative) is null ? null : relative;
        _use = new ContextUse(Entries("").Where(e => e.Kind == EntryKind.File && !IsKept(e.Path)).Select(e => (e.Path, _tree.Hash(e.Path, ct).Content, e.SizeBytes)));
    }

    /// <inheritdoc/>
    public string Name => $"the build context {_request.Build.Context.Location}";

    /// <inheritdoc/>
    public IFileUse Use => _use;

    /// <inheritdoc/>
    public (string Why, string Hint)? Obstacle => _use.IsUncertain ? Trim.Lost : null;

    /// <inheritdoc/>
    public ImmutableArray<string> Unused => [.. _use.Unused];

    /// <inheritdoc/>
    public async Task<(long WholeBytes, long SizeBytes, Digest Digest)> WriteAsync(string path, IReadOnlySet<string> without, BuildResult recorded, CancellationToken ct)
    {
        // An archive has the time of its newest file, and gives it to the image.
        FileTime time = new(recorded.Image?.Config.Created?.ToUnixTimeSeconds() ?? 0, 0);
        BlobRecord whole = await WriteAsync(_parts.Work.NewPath("whole-context"), static _ => true, time, ct).ConfigureAwait(false);
        HashSet<string> needed = [.. Entries("").Where(e => !e.IsDirectory && !without.Contains(e.Path)).SelectMany(static e => EntryPath.Ancestors(e.Path).Append(e.Path))];
        BlobRecord trimmed = await WriteAsync(path, e => needed.Contains(e.Path), time, ct).ConfigureAwait(false);
        return (whole.Blob.Size, trimmed.Blob.Size, trimmed.Blob.Digest);
    }

    /// <inheritdoc/>
    public BuildRequest With(string trimmed, CancellationToken ct) => _request.Build with { Context = BuildContext.FromLocation(trimmed), DockerfilePath = Path.GetFullPath(DockerfileText.LocalPathOf(_request.Build) ?? "Dockerfile") };

    /// <inheritdoc/>
    public void Dispose() => _tree.Dispose();

    private Task<BlobRecord> WriteAsync(string path, Func<FileEntry, bool> takes, FileTime time, CancellationToken ct)
    {
        IEnumerable<FileEntry> entries = Entries("").Where(takes).Select(e => e.Kind == EntryKind.File ? e with { Modified = null, Content = _tree.Hash(e.Path, ct).Content } : e with { Modified = null });
        LayerContent content = new(entries, entry => _tree.Open(entry.Path), _tree.CanChange);
        return new LayerBlobWriter(LayerCompression.Default, _parts.Options.Parallelism).WriteAsync(tar => LayerTar.WriteAsync(content, new BlobForm(LayerCompression.Default, time), tar, ct), path, ct);
    }

    private IEnumerable<FileEntry> Entries(string directory)
    {
        foreach (FileEntry child in _tree.Children(directory))
        {
            yield return child;
            foreach (FileEntry below in child.IsDirectory ? Entries(child.Path) : [])
                yield return below;
        }
    }

    private bool IsKept(string file) => file == _dockerfile || ArchiveTrimming.IsNamed(file, _request.Keep);
}
