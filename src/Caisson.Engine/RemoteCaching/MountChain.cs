using System.Collections.Immutable;
using Caisson.Engine.Caching;
using Caisson.Engine.Imaging;
using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.RemoteCaching;

/// <summary>
/// Saves cache mounts to a shared cache: of each an archive with what changed since it was saved last, and a list of all that it holds. After some changes, or when
/// they have come to more than the first archive, the next one has everything again.
/// </summary>
/// <param name="store">The cache.</param>
/// <param name="work">For what is being made.</param>
/// <param name="marks">The marks in directories of layers.</param>
/// <param name="parallelism">Threads that hash and compress.</param>
internal sealed class MountChain(ICacheStore store, WorkArea work, OverlayMarks marks, int parallelism)
{
    /// <summary>How many archives one mount may be in.</summary>
    public const int MaxChanges = 8;

    // Times go with the list; those of the archives are the entries' own.
    private static readonly BlobForm Form = new(LayerCompression.Default, default) { KeepsTimes = true };

    /// <summary>Saves one.</summary>
    /// <param name="name">Names it on every machine.</param>
    /// <param name="id">The id that Dockerfiles know it by.</param>
    /// <param name="held">Its directory, which nobody else uses meanwhile.</param>
    /// <param name="last">What was saved last; null when nothing was.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<SharedMount> SaveAsync(Digest name, string id, CacheMountLease held, SharedMount? last, CancellationToken ct)
    {
        using DirectoryTree tree = new(held.DirectoryPath, marks);
        FileEntry root = tree.Find("") ?? throw new InvalidDataException($"the cache mount {id} is gone");
        using FileList? before = last is null ? null : await TryOpenAsync(last, ct).ConfigureAwait(false);
        string file = await ListAsync(tree, before, ct).ConfigureAwait(false);
        using FileList now = FileList.Open(file);
        Descriptor list = await UploadAsync(file, MountList.MediaType, ct).ConfigureAwait(false);
        SharedMount saved = new(name, id) { List = list, Changes = [], Own = (root.Mode, root.Uid, root.Gid) };
        List<FileEntry> changes = Changes(before, now);
        if (last is not null && before is not null && changes.Count == 0)
            return saved with { Changes = last.Changes };
        bool isWhole = last is null || before is null || last.Changes.Length >= MaxChanges || last.Changes.Skip(1).Sum(static c => c.Size) > last.Changes[0].Size;
        Descriptor archive = await ArchiveAsync(isWhole ? now.Entries().Where(static e => e.Path.Length > 0) : WithFirstNames(changes, now), tree, ct).ConfigureAwait(false);
        return saved with { Changes = isWhole ? [archive] : last!.Changes.Add(archive) }; // not whole only with a last one
    }

    // One that cannot be read is as good as none: all is saved anew.
    private async Task<FileList?> TryOpenAsync(SharedMount last, CancellationToken ct)
    {
        try
        {
            string list = await MountList.FetchAsync(store.Blobs, last.List, () => work.NewPath("mount-list"), ct).ConfigureAwait(false);
            FileList opened = FileList.Open(list);
            File.Delete(list); // it is open
            return opened;
        }
        catch (Exception e) when (LostLayerException.IsOfCache(e))
        {
            return null;
        }
    }

    // A file of the same size, mode and time, to the nanosecond, as when it was saved is not read again.
    private async Task<string> ListAsync(DirectoryTree tree, FileList? before, CancellationToken ct)
    {
        string file = work.NewPath("mount-list");
        using FileListWriter writer = new(file);
        IEnumerable<FileEntry> entries = new DirectoryDiff(tree, new MergedTree([])).Entries().Select(e => e.Kind == EntryKind.File && before?.Find(e.Path) is { } old && IsUnread(e, old) ? e with { Content = old.Content } : e);
        (Digest, long) Hash(FileEntry entry)
        {
            using SafeFileHandle opened = tree.Open(entry.Path);
            return FileContent.Hash(opened, ct);
        }
        await ContentHashing.HashAsync(entries, Hash, parallelism, entry => writer.Add(entry with { Origin = 1, LinkGroup = null, TimeOnDisk = null, IsOpaque = false, IsImplied = false }), ct).ConfigureAwait(false);
        writer.Complete();
        return file;
    }

    private static bool IsUnread(FileEntry now, FileEntry old) =>
        old is { Kind: EntryKind.File, Modified: not null } && now.Modified == old.Modified && now.SizeBytes == old.SizeBytes && now.Mode == old.Mode && now.Uid == old.Uid && now.Gid == old.Gid;

    // Both in order: what is new or other, and removals of what is gone.
    private static List<FileEntry> Changes(FileList? before, FileList now)
    {
        if (before is null)
            return [];
        List<FileEntry> changes = [];
        foreach (FileEntry entry in now.Entries())
        {
            if (entry.Path.Length > 0 && (before.Find(entry.Path) is not { } old || !IsSame(entry, old)))
                changes.Add(entry);
        }
        string? gone = null;
        foreach (FileEntry old in before.Entries())
        {
            bool isBelowGone = gone is not null && EntryPath.IsWithin(old.Path, gone);
            if (old.Path.Length == 0 || isBelowGone || now.Find(old.Path) is not null)
                continue;
            gone = old.Path;
            changes.Add(new FileEntry { Path = old.Path, Kind = EntryKind.Whiteout });
        }
        changes.Sort(static (x, y) => EntryPath.Compare(x.Path, y.Path));
        return changes;
    }

    private static bool IsSame(FileEntry now, FileEntry old) =>
        now.Kind == old.Kind && now.Mode == old.Mode && now.Uid == old.Uid && now.Gid == old.Gid && now.SizeBytes == old.SizeBytes && now.Content == old.Content
        && now.LinkTarget == old.LinkTarget && now.Modified == old.Modified && now.DeviceMajor == old.DeviceMajor && now.DeviceMinor == old.DeviceMinor && HasSameXattrs(now, old);

    private static bool HasSameXattrs(FileEntry now, FileEntry old)
    {
        if (now.Xattrs.Count != old.Xattrs.Count)
            return false;
        foreach ((string name, ImmutableArray<byte> value) in now.Xattrs)
        {
            if (!old.Xattrs.TryGetValue(name, out ImmutableArray<byte> other) || !value.AsSpan().SequenceEqual(other.AsSpan()))
                return false;
        }
        return true;
    }

    // A hard link needs the file that it is a name of in the same archive.
    private static List<FileEntry> WithFirstNames(List<FileEntry> changes, FileList now)
    {
        SortedDictionary<string, FileEntry> all = new(EntryPath.Order);
        foreach (FileEntry change in changes)
        {
            all[change.Path] = change;
            if (change.Kind == EntryKind.HardLink && now.Find(change.LinkTarget ?? "") is { } first)
                all[first.Path] = first;
        }
        return [.. all.Values];
    }

    private async Task<Descriptor> ArchiveAsync(IEnumerable<FileEntry> entries, DirectoryTree tree, CancellationToken ct)
    {
        string file = work.NewPath("mount-archive");
        LayerContent content = new(entries, entry => tree.Open(entry.Path), CanChange: false);
        await new LayerBlobWriter(Form.Compression, parallelism).WriteAsync(tar => LayerTar.WriteAsync(content, Form, tar, ct), file, ct).ConfigureAwait(false);
        return await UploadAsync(file, Form.MediaType, ct).ConfigureAwait(false);
    }

    private async Task<Descriptor> UploadAsync(string file, string mediaType, CancellationToken ct)
    {
        (Digest digest, long size) = await Task.Run(() =>
        {
            using SafeFileHandle opened = File.OpenHandle(file);
            return FileContent.Hash(opened, ct);
        }, ct).ConfigureAwait(false);
        Descriptor blob = new() { MediaType = mediaType, Digest = digest, Size = size };
        await store.WriteBlobAsync(blob, new BlobFile(file), ct).ConfigureAwait(false);
        return blob;
    }

    private sealed class BlobFile(string path) : IBlobSource
    {
        public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) => Task.FromResult<Stream>(File.OpenRead(path));
    }
}
