using Caisson.Linux.Files;
using Caisson.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Snapshots;

/// <summary>Unpacks archives that are no layers: those that ADD unpacks and those that are a build context.</summary>
/// <remarks>
/// What Docker's archive package makes of an archive in an empty directory: later entries replace earlier ones, directories merge, a path may lead
/// through a link of the archive's own but never out of its root, and names of whiteouts mean nothing. Devices without a number are left out: in
/// a layer they would be whiteouts.
/// </remarks>
public static class ArchiveUnpacker
{
    private const string ListName = "list";
    private const string NextName = "next";

    /// <summary>Reads an archive to its end. Memory grows with the number of entries, not with their size.</summary>
    /// <param name="tar">The uncompressed archive; stays open.</param>
    /// <param name="directory">An empty directory for what it holds; goes with the result, and when this fails.</param>
    /// <param name="options">What is taken.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="TarException">The archive is damaged or beyond a limit, or an entry would leave it.</exception>
    /// <exception cref="InvalidDataException">The compressed data behind it is damaged, or a hard link points to nothing in the archive.</exception>
    /// <exception cref="IOException">The disk does not take it; with ELOOP, an entry's path goes round in circles.</exception>
    public static async Task<UnpackedArchive> UnpackAsync(Stream tar, string directory, TarReaderOptions options, CancellationToken ct)
    {
        try
        {
            LayerEntries entries = new();
            entries.Add(new FileEntry { Path = "", Kind = EntryKind.Directory, Mode = 0x1ED, IsImplied = true });
            TarReader reader = new(tar, options, leaveOpen: true);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadNextAsync(ct).ConfigureAwait(false) is { } archived)
                    await AddAsync(entries, archived, reader.Content, directory, ct).ConfigureAwait(false);
            }
            string file = Path.Combine(directory, ListName);
            using (FileListWriter writer = new(file))
            {
                foreach (FileEntry entry in entries.InOrder())
                    writer.Add(entry);
                writer.Complete();
            }
            return new UnpackedArchive(directory, FileList.Open(file));
        }
        catch
        {
            DirectoryRemoval.Remove(directory);
            throw;
        }
    }

    private static async Task AddAsync(LayerEntries entries, TarEntry archived, Stream content, string directory, CancellationToken ct)
    {
        FileEntry entry = LayerArchive.FromTar(archived);
        if (entry is { Path: "", IsDirectory: false })
            throw new InvalidDataException("the root of the archive is no directory");
        entry = entry with { Path = Follow(entries, entry.Path) };
        switch (entry.Kind)
        {
            case EntryKind.File:
                entries.Add(entry with { Content = await StoreAsync(content, directory, ct).ConfigureAwait(false) });
                break;
            case EntryKind.HardLink:
                string target = Follow(entries, entry.LinkTarget ?? "");
                if (entries.Find(target) is not { IsDirectory: false })
                    throw new InvalidDataException($"the hard link \"{archived.Path}\" points to \"{archived.LinkTarget}\", which is no file of the archive before it");
                entries.Add(entry with { LinkTarget = target });
                break;
            case EntryKind.CharacterDevice when entry is { DeviceMajor: 0, DeviceMinor: 0 }:
                break;
            default:
                entries.Add(entry);
                break;
        }
    }

    // Through the archive's own links, but for the last name, which is what the entry replaces.
    private static string Follow(LayerEntries entries, string path)
    {
        string parent = TreePath.Resolve(entries.Find, EntryPath.Parent(path));
        foreach (string directory in EntryPath.Ancestors(parent).Append(parent))
        {
            if (entries.Find(directory) is { IsDirectory: false })
                throw new InvalidDataException($"the path of \"{path}\" leads through \"{directory}\", which is no directory of the archive");
        }
        return EntryPath.Join(parent, EntryPath.Name(path));
    }

    private static async Task<Oci.Model.Digest> StoreAsync(Stream content, string directory, CancellationToken ct)
    {
        string next = Path.Combine(directory, NextName);
        using (SafeFileHandle file = File.OpenHandle(next, FileMode.Create, FileAccess.Write))
        {
            (Oci.Model.Digest digest, _) = await FileContent.WriteAndHashAsync(content, file, ct).ConfigureAwait(false);
            File.Move(next, Path.Combine(directory, digest.Hex), overwrite: true);
            return digest;
        }
    }
}
