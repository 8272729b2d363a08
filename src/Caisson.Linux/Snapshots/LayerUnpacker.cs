using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Snapshots;

/// <summary>Unpacks a layer's archive into a directory of its own, whatever the layers below it, and says what could not be settled without them.</summary>
public static class LayerUnpacker
{
    /// <summary>Fills an empty directory.</summary>
    /// <param name="tar">The uncompressed archive; read to its end.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="marks">The marks that overlay wants in it.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>What depends on the layers below.</returns>
    /// <exception cref="TarException">The archive is damaged, or an entry would leave the layer.</exception>
    /// <exception cref="SystemCallException">The kernel refuses; ELOOP when an entry's path leads through a symbolic link.</exception>
    public static async Task<UnsettledEntries> UnpackAsync(Stream tar, string directory, OverlayMarks marks, CancellationToken ct)
    {
        using LayerDirectoryWriter writer = new(directory, marks);
        TarReader reader = new(tar, TarReaderOptions.Layer, leaveOpen: true);
        await using ConfiguredAsyncDisposable disposing = reader.ConfigureAwait(false);
        ImmutableArray<FileEntry>.Builder links = ImmutableArray.CreateBuilder<FileEntry>();
        while (await reader.ReadNextAsync(ct).ConfigureAwait(false) is { } archived)
        {
            switch (Whiteouts.Parse(archived.Path, out string target))
            {
                case WhiteoutKind.Removal:
                    writer.Add(new FileEntry { Path = target, Kind = EntryKind.Whiteout });
                    continue;
                case WhiteoutKind.Opaque:
                    writer.MakeOpaque(target);
                    continue;
                case WhiteoutKind.Metadata:
                    continue;
            }
            FileEntry entry = LayerArchive.FromTar(archived);
            if (entry.Kind == EntryKind.File)
                await writer.AddFileAsync(entry, file => FileContent.WriteAsync(reader.Content, file, ct)).ConfigureAwait(false);
            else if (entry.Kind != EntryKind.HardLink)
                writer.Add(entry);
            else if (!writer.TryAddHardLink(entry.Path, entry.LinkTarget ?? ""))
                links.Add(entry);
        }
        writer.Complete();
        return new UnsettledEntries([.. writer.Implied], links.ToImmutable()) { Records = writer.Records };
    }

    /// <summary>Settles what depends on the layers below, in a directory that was just unpacked.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="unsettled">What <see cref="UnpackAsync"/> returned.</param>
    /// <param name="below">The layers below.</param>
    /// <param name="marks">The marks in the directory.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The entries that the directory does not tell of as they are.</returns>
    /// <exception cref="InvalidDataException">A hard link's target is in no layer.</exception>
    /// <exception cref="SystemCallException">The kernel refuses.</exception>
    public static async Task<ImmutableArray<FileEntry>> SettleAsync(string directory, UnsettledEntries unsettled, IFileTree below, OverlayMarks marks, CancellationToken ct)
    {
        using LayerDirectoryWriter writer = new(directory, marks);
        writer.Continue(unsettled.Records);
        // A link to a file of a lower layer brings that file up, so that both names are one file.
        foreach (FileEntry link in unsettled.HardLinks)
        {
            string target = link.LinkTarget ?? "";
            if (writer.TryAddHardLink(link.Path, target))
                continue;
            FileEntry file = below.Find(target) ?? throw new InvalidDataException($"the hard link \"{link.Path}\" points to \"{target}\", which is in no layer");
            if (file.IsDirectory)
                throw new InvalidDataException($"the hard link \"{link.Path}\" points to \"{target}\", which is a directory");
            await BringUpAsync(writer, file, below, ct).ConfigureAwait(false);
            writer.TryAddHardLink(link.Path, target);
        }
        // A directory that the archive only passes through keeps the owner and the mode that it has below.
        foreach (string implied in unsettled.ImpliedDirectories.Union(writer.Implied).ToList())
        {
            if (below.Find(implied) is { IsDirectory: true } real)
                writer.Add(real with { IsOpaque = false });
        }
        writer.Complete();
        return writer.Records;
    }

    private static async Task BringUpAsync(LayerDirectoryWriter writer, FileEntry entry, IFileTree below, CancellationToken ct)
    {
        if (entry.Kind != EntryKind.File)
        {
            writer.Add(entry);
            return;
        }
        await writer.AddFileAsync(
            entry,
            to =>
            {
                using SafeFileHandle from = below.Open(entry.Path);
                FileContent.Copy(from, to, entry.SizeBytes, ct);
                return Task.CompletedTask;
            }).ConfigureAwait(false);
    }
}
