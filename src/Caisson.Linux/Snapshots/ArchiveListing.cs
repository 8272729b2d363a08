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
        SortedDictionary<string, FileEntry> entries = new(EntryPath.Order);
        TarReader reader = new(tar, TarReaderOptions.Layer, leaveOpen: true);
        await using ConfiguredAsyncDisposable disposing = reader.ConfigureAwait(false);
        while (await reader.ReadNextAsync(ct).ConfigureAwait(false) is { } archived)
        {
            switch (Whiteouts.Parse(archived.Path, out string target))
            {
                case WhiteoutKind.Removal:
                    Add(entries, new FileEntry { Path = target, Kind = EntryKind.Whiteout });
                    continue;
                case WhiteoutKind.Opaque when target.Length > 0:
                    entries[target] = DirectoryAt(entries, target) with { IsOpaque = true };
                    continue;
                case WhiteoutKind.Opaque or WhiteoutKind.Metadata:
                    continue;
            }
            FileEntry entry = LayerArchive.FromTar(archived);
            if (entry.Kind == EntryKind.File)
                entry = entry with { Content = (await FileContent.HashAsync(reader.Content, ct).ConfigureAwait(false)).Digest };
            Add(entries, entry);
        }
        using FileListWriter writer = new(file);
        foreach (FileEntry entry in entries.Values)
            writer.Add(entry);
        writer.Complete();
    }

    // The rules of LayerDirectoryWriter: the later entry wins, directories merge, a removal of a name that the layer has itself hides what is below.
    private static void Add(SortedDictionary<string, FileEntry> entries, FileEntry entry)
    {
        foreach (string ancestor in EntryPath.Ancestors(entry.Path))
            entries[ancestor] = DirectoryAt(entries, ancestor);
        FileEntry? earlier = entries.GetValueOrDefault(entry.Path);
        if (entry.Kind == EntryKind.Whiteout && earlier is { Kind: not EntryKind.Whiteout })
        {
            entries[entry.Path] = earlier.IsDirectory ? earlier with { IsOpaque = true } : earlier;
            return;
        }
        if (earlier is { IsDirectory: true } && !entry.IsDirectory)
        {
            foreach (string gone in entries.Keys.Where(p => EntryPath.IsWithin(p, entry.Path)).ToList())
                entries.Remove(gone);
        }
        bool staysOpaque = entry.IsDirectory && earlier is { IsOpaque: true } or { Kind: EntryKind.Whiteout };
        entries[entry.Path] = staysOpaque && entry.IsDirectory ? entry with { IsOpaque = true } : entry;
    }

    private static FileEntry DirectoryAt(SortedDictionary<string, FileEntry> entries, string path) =>
        entries.GetValueOrDefault(path) switch
        {
            { IsDirectory: true } directory => directory,
            { Kind: EntryKind.Whiteout } => Implied(path) with { IsOpaque = true },
            _ => Implied(path),
        };

    private static FileEntry Implied(string path) => new() { Path = path, Kind = EntryKind.Directory, Mode = 0x1ED, IsImplied = true };
}
