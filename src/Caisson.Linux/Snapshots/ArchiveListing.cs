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
        LayerEntries entries = new();
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
}
