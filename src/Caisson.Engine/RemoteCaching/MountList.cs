using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.RemoteCaching;

/// <summary>The list of what a cache mount held when it was saved, on its way from a shared cache.</summary>
internal static class MountList
{
    /// <summary>The media type of such a list.</summary>
    public const string MediaType = "application/vnd.caisson.files.v1";

    private const long MaxBytes = 1L << 30;

    /// <summary>Fetches a list into a file, checked entry by entry.</summary>
    /// <param name="blobs">Where it is.</param>
    /// <param name="list">The list.</param>
    /// <param name="newPath">Gives names for new files.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The file.</returns>
    /// <exception cref="InvalidImageException">It is no list, or one of something else than a directory can hold.</exception>
    public static async Task<string> FetchAsync(IBlobSource blobs, Descriptor list, Func<string> newPath, CancellationToken ct)
    {
        if (list.Size > MaxBytes)
            throw new InvalidImageException($"the list of a cache mount has {list.Size} bytes, more than the {MaxBytes} that are read");
        string fetched = newPath();
        VerifyingStream content = new(await blobs.OpenBlobAsync(list, ct).ConfigureAwait(false), list);
        await using (content.ConfigureAwait(false))
        {
            FileStream file = new(fetched, FileMode.CreateNew);
            await using (file.ConfigureAwait(false))
                await content.CopyToAsync(file, ct).ConfigureAwait(false);
        }
        try
        {
            return Checked(fetched, newPath());
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or OverflowException)
        {
            throw new InvalidImageException($"the list of a cache mount is damaged: {e.Message}", e);
        }
    }

    // Written anew: what is read from then on was in order, and within the directory. All bytes are in the first root.
    private static string Checked(string fetched, string path)
    {
        using FileList entries = FileList.Open(fetched);
        using FileListWriter writer = new(path);
        foreach (FileEntry entry in entries.Entries())
        {
            bool isWithin = entry.Path == EntryPath.Clean(entry.Path) && !entry.Path.StartsWith('/') && !entry.Path.Contains('\0', StringComparison.Ordinal);
            if (!isWithin || entry.Kind == EntryKind.Whiteout || !Enum.IsDefined(entry.Kind) || (entry.Kind == EntryKind.File && entry.SizeBytes < 0))
                throw new InvalidDataException("an entry is none that a directory holds");
            writer.Add(entry with { Origin = 1, LinkGroup = null });
        }
        writer.Complete();
        return path;
    }
}
