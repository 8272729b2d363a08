using Caisson.Linux.Snapshots;
using Caisson.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Imaging;

/// <summary>Writes entries as an archive, in the form that an image has them.</summary>
internal static class LayerTar
{
    private static readonly ReadOnlyMemory<byte> NoContent = ReadOnlyMemory<byte>.Empty;

    /// <summary>Writes the entries; the archive is not ended. Memory does not depend on them.</summary>
    /// <param name="content">The entries and their bytes.</param>
    /// <param name="form">The times that they carry.</param>
    /// <param name="tar">Where to.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="ContentChangedException">A file is no longer the one in the list.</exception>
    /// <exception cref="IOException">A file cannot be read, or the archive not be written.</exception>
    public static async Task WriteAsync(LayerContent content, BlobForm form, TarWriter tar, CancellationToken ct)
    {
        foreach (FileEntry entry in content.Entries)
        {
            if (entry.IsImplied)
                continue;
            TarEntry archived = LayerArchive.ToTar(entry, form.TimeOf(entry.Modified));
            if (entry.Kind == EntryKind.File)
                await WriteFileAsync(tar, archived, entry, content, ct).ConfigureAwait(false);
            else
                await tar.WriteAsync(archived, NoContent, ct).ConfigureAwait(false);
            if (entry.IsOpaque)
                await tar.WriteAsync(new TarEntry { Path = Whiteouts.OpaqueMarkerOf(entry.Path), Type = TarEntryType.File }, NoContent, ct).ConfigureAwait(false);
        }
    }

    private static async Task WriteKnownFileAsync(TarWriter tar, TarEntry archived, SafeFileHandle file, CancellationToken ct)
    {
        try
        {
            await tar.WriteFileAsync(archived, file, ct).ConfigureAwait(false);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException) && RandomAccess.GetLength(file) != archived.SizeBytes)
        {
            throw new ContentChangedException(archived.Path);
        }
    }

    private static async Task WriteFileAsync(TarWriter tar, TarEntry archived, FileEntry entry, LayerContent content, CancellationToken ct)
    {
        using SafeFileHandle file = content.Open(entry);
        if (!content.CanChange)
        {
            await tar.WriteFileAsync(archived, file, ct).ConfigureAwait(false);
            return;
        }
        if (content.IsKnown(entry, file))
        {
            await WriteKnownFileAsync(tar, archived, file, ct).ConfigureAwait(false);
            if (!content.IsKnown(entry, file))
                throw new ContentChangedException(entry.Path);
            return;
        }
        using FileContentStream bytes = new(file, entry);
        await tar.WriteAsync(archived, bytes, ct).ConfigureAwait(false);
        bytes.Check();
    }
}
