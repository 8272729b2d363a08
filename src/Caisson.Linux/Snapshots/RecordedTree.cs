using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Snapshots;

/// <summary>A layer's directory with what it cannot tell itself: owners, modes and attributes that its files could not be given, and devices.</summary>
/// <param name="files">The directory; disposed with this tree.</param>
/// <param name="records">What is said of it: a list that has every such entry, and may have others. Disposed with this tree.</param>
public sealed class RecordedTree(ILayerTree files, FileListTree records) : ILayerTree
{
    /// <inheritdoc/>
    public bool CanChange => files.CanChange;

    /// <inheritdoc/>
    public FileEntry? Find(string path) => Complete(files.Find(path), records.Find(path));

    /// <inheritdoc/>
    public IEnumerable<FileEntry> Children(string directory)
    {
        using IEnumerator<FileEntry> said = records.Children(directory).GetEnumerator();
        FileEntry? record = said.MoveNext() ? said.Current : null;
        foreach (FileEntry found in files.Children(directory))
        {
            for (; record is not null && string.CompareOrdinal(record.Path, found.Path) < 0; record = said.MoveNext() ? said.Current : null)
            {
                if (Complete(found: null, record) is { } missing)
                    yield return missing;
            }
            yield return Complete(found, record?.Path == found.Path ? record : null) ?? found;
            if (record?.Path == found.Path)
                record = said.MoveNext() ? said.Current : null;
        }
        for (; record is not null; record = said.MoveNext() ? said.Current : null)
        {
            if (Complete(found: null, record) is { } missing)
                yield return missing;
        }
    }

    /// <inheritdoc/>
    public SafeFileHandle Open(string path) => files.Open(path);

    /// <inheritdoc/>
    public void Dispose()
    {
        files.Dispose();
        records.Dispose();
    }

    private static FileEntry? Complete(FileEntry? found, FileEntry? record)
    {
        if (record is null or { IsImplied: true })
            return found;
        if (found is null)
            return record.Kind is EntryKind.CharacterDevice or EntryKind.BlockDevice ? record with { TimeOnDisk = record.Modified } : null;
        return found.Kind == record.Kind ? found with { Mode = record.Mode, Uid = record.Uid, Gid = record.Gid, Xattrs = record.Xattrs } : found;
    }
}
