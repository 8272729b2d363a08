using System.Globalization;
using System.Runtime.CompilerServices;
using Caisson.Linux.Files;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Snapshots;

/// <summary>Writes the list of a layer's archive without unpacking it.</summary>
public static class ArchiveListing
{
    /// <summary>Reads an archive to its end and writes the list of what it says. Memory grows with the number of entries, not with their size.</summary>
    /// <exception cref="TarException">The archive is damaged, or an entry would leave the layer.</exception>
    /// <exception cref="IOException">The list cannot be written.</exception>
    public static async Task WriteAsync(Stream tar, string file, CancellationToken ct)
    {
        Entries entries = new();
        TarReader reader = new(tar, TarReaderOptions.Layer, leaveOpen: true);
        await using ConfiguredAsyncDisposable disposing = reader.ConfigureAwait(false);
        while (await reader.ReadNextAsync(ct).ConfigureAwait(false) is { } archived)
        {
            switch (Whiteouts.Parse(archived.Path, out string target))
            {
                case WhiteoutKind.Removal:
                    entries.Add(new FileEntry { Path = target, Kind = EntryKind.Whiteout });
                    continue;
                case WhiteoutKind.Opaque when target.Length > 0:
                    entries.MakeOpaque(target);
                    continue;
                case WhiteoutKind.Opaque or WhiteoutKind.Metadata:
                    continue;
            }
            FileEntry entry = LayerArchive.FromTar(archived);
            if (entry.Kind == EntryKind.File)
                entry = entry with { Content = (await FileContent.HashAsync(reader.Content, ct).ConfigureAwait(false)).Digest };
            entries.Add(entry);
        }
        using FileListWriter writer = new(file);
        foreach (FileEntry entry in entries.InOrder())
            writer.Add(entry);
        writer.Complete();
    }

    // What the archive comes to, by the rules of LayerDirectoryWriter.
    private sealed class Entries
    {
        private readonly SortedDictionary<string, FileEntry> _entries = new(EntryPath.Order);
        private int _linkGroups;

        public void Add(FileEntry entry)
        {
            foreach (string ancestor in EntryPath.Ancestors(entry.Path))
                _entries[ancestor] = DirectoryAt(ancestor);
            if (entry.Kind == EntryKind.Whiteout)
                Remove(entry);
            else if (entry.Kind == EntryKind.HardLink)
                AddLink(entry);
            else
                Put(entry);
        }

        public void MakeOpaque(string directory) => Add(DirectoryAt(directory) with { IsOpaque = true });

        // A name of this layer's own hides the one below anyway; a directory must be told to, and no longer is the one below.
        private void Remove(FileEntry removal)
        {
            FileEntry? own = _entries.GetValueOrDefault(removal.Path);
            _entries[removal.Path] = own switch
            {
                { IsDirectory: true } => own with { IsOpaque = true, IsImplied = false },
                null => removal,
                _ => own,
            };
        }

        // One more name for the file that the target is now: what comes to stand at the target later does not change it.
        private void AddLink(FileEntry link)
        {
            string target = link.LinkTarget ?? "";
            if (target == link.Path)
                return;
            if (_entries.GetValueOrDefault(target) is not { IsDirectory: false, Kind: not (EntryKind.Whiteout or EntryKind.HardLink) } file)
            {
                Put(link);
                return;
            }
            if (file is { Kind: EntryKind.File, LinkGroup: null })
                _entries[target] = file = file with { LinkGroup = (++_linkGroups).ToString(CultureInfo.InvariantCulture) };
            Put(file with { Path = link.Path });
        }

        // The later entry wins, and directories merge.
        private void Put(FileEntry entry)
        {
            FileEntry? earlier = _entries.GetValueOrDefault(entry.Path);
            if (earlier is { IsDirectory: true } && !entry.IsDirectory)
            {
                foreach (string gone in _entries.Keys.Where(p => EntryPath.IsWithin(p, entry.Path)).ToList())
                    _entries.Remove(gone);
            }
            bool staysOpaque = entry.IsDirectory && earlier is { IsOpaque: true } or { Kind: EntryKind.Whiteout };
            _entries[entry.Path] = staysOpaque && entry.IsDirectory ? entry with { IsOpaque = true } : entry;
        }

        private FileEntry DirectoryAt(string path) => _entries.GetValueOrDefault(path) switch
        {
            { IsDirectory: true } directory => directory,
            // Removed and made again: it is not the one below.
            { Kind: EntryKind.Whiteout } => Implied(path) with { IsOpaque = true, IsImplied = false },
            _ => Implied(path),
        };

        private static FileEntry Implied(string path) => new() { Path = path, Kind = EntryKind.Directory, Mode = 0x1ED, IsImplied = true };

        // Of the names of one file the first in the order of the list holds it.
        public IEnumerable<FileEntry> InOrder()
        {
            Dictionary<string, string> firstNames = new(StringComparer.Ordinal);
            foreach (FileEntry entry in _entries.Values)
            {
                yield return entry.LinkGroup is not { } group || firstNames.TryAdd(group, entry.Path)
                    ? entry
                    : entry with { Kind = EntryKind.HardLink, LinkTarget = firstNames[group], LinkGroup = null, SizeBytes = 0, Content = null };
            }
        }
    }
}
