using System.Collections.Concurrent;
using System.Collections.Immutable;
using Caisson.Engine.Caching;
using Caisson.Engine.Events;
using Caisson.Engine.Imaging;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.RemoteCaching;

/// <summary>The cache mounts in the shared caches of a build. One is fetched when a step needs it and nothing is here.</summary>
/// <remarks>Filled before steps run; from then on thread-safe.</remarks>
/// <param name="work">For what is being made.</param>
/// <param name="marks">The marks in directories of layers.</param>
/// <param name="events">Told what happens.</param>
/// <param name="failed">Told of a mount that cannot be had: the cache, its id and why.</param>
internal sealed class SavedMounts(WorkArea work, OverlayMarks marks, EventLog events, Action<string, string, Exception> failed) : ISavedMounts
{
    private readonly Dictionary<Digest, (SharedMount Mount, IBlobSource Blobs, string From)> _mounts = [];
    private readonly ConcurrentDictionary<Digest, bool> _kept = new();

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _mounts.Count == 0;

    /// <summary>Adds those of a cache. Of several caches that have one, the first counts.</summary>
    /// <param name="document">What the cache says.</param>
    /// <param name="blobs">Where its blobs can be read.</param>
    /// <param name="from">The cache, as people read it.</param>
    public void Add(CacheDocument document, IBlobSource blobs, string from)
    {
        foreach (SharedMount mount in document.Mounts)
            _mounts.TryAdd(mount.Name, (mount, blobs, from));
    }

    /// <inheritdoc/>
    public async Task<FileEntry?> TryRestoreAsync(Digest name, string directory, CancellationToken ct)
    {
        if (!_mounts.TryGetValue(name, out (SharedMount Mount, IBlobSource Blobs, string From) saved))
            return null;
        try
        {
            await events.ReportAsync($"restoring cache mount {ShownIdOf(saved.Mount)} from {saved.From}", token => RestoreAsync(saved.Mount, saved.Blobs, directory, token), ct).ConfigureAwait(false);
            (int mode, uint uid, uint gid) = saved.Mount.Own;
            return new FileEntry { Path = "", Kind = EntryKind.Directory, Mode = mode, Uid = uid, Gid = gid };
        }
        catch (Exception e) when (LostLayerException.IsOfCache(e))
        {
            failed(saved.From, ShownIdOf(saved.Mount), e);
            using DirectoryHandle parent = DirectoryHandle.Open(Path.GetDirectoryName(directory) ?? "/");
            DirectoryRemoval.Empty(parent, Path.GetFileName(directory));
            return null;
        }
    }

    /// <inheritdoc/>
    public void Keep(Digest name)
    {
        if (_mounts.TryGetValue(name, out (SharedMount Mount, IBlobSource, string From) saved) && _kept.TryAdd(name, true))
            _ = events.ReportAsync($"cache mount {ShownIdOf(saved.Mount)} has something in it here: it is not taken from {saved.From}", static _ => Task.FromResult(true), CancellationToken.None);
    }

    /// <summary>The id as a Dockerfile has it, behind the namespace of the build.</summary>
    public static string ShownIdOf(SharedMount mount) => mount.Id.StartsWith('/') ? mount.Id[1..] : mount.Id;

    // The archives, one over the other, have the bytes; the list says what is there, with all it has.
    private async Task<bool> RestoreAsync(SharedMount mount, IBlobSource blobs, string directory, CancellationToken ct)
    {
        string list = await MountList.FetchAsync(blobs, mount.List, () => work.NewPath("mount-list"), ct).ConfigureAwait(false);
        List<string> unpacked = [];
        try
        {
            foreach (Descriptor change in mount.Changes)
            {
                unpacked.Add(work.NewDirectory("mount"));
                await UnpackAsync(blobs, change, unpacked[^1], ct).ConfigureAwait(false);
            }
            ImmutableArray<ILayerTree> trees = [.. unpacked.AsEnumerable().Reverse().Select(d => (ILayerTree)new DirectoryTree(d, marks))];
            try
            {
                using FileList entries = FileList.Open(list);
                await LayerMaterializer.WriteAsync(entries, [new ContentRoot(new MergedTree(trees), "", "")], directory, marks, ct).ConfigureAwait(false);
            }
            finally
            {
                foreach (ILayerTree tree in trees)
                    tree.Dispose();
            }
            return true;
        }
        finally
        {
            foreach (string tree in unpacked)
                DirectoryRemoval.Remove(tree);
            File.Delete(list);
        }
    }

    private async Task UnpackAsync(IBlobSource blobs, Descriptor change, string directory, CancellationToken ct)
    {
        VerifyingStream content = new(await blobs.OpenBlobAsync(change, ct).ConfigureAwait(false), change);
        (Stream archive, _) = await Oci.Tar.Decompression.OpenDetectedAsync(content, SystemDecoders.Options, ct).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
            await LayerUnpacker.UnpackAsync(archive, directory, marks, ct).ConfigureAwait(false);
    }
}
