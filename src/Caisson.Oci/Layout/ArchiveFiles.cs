using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Layout;

/// <summary>The files of a tar archive, found by their paths. Links are followed within the archive. Disposing closes the archive.</summary>
internal sealed class ArchiveFiles : ILayoutFiles, IDisposable
{
    private const int MaxLinks = 8;

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly SpooledArchive _archive;

    private ArchiveFiles(SpooledArchive archive, string place)
    {
        _archive = archive;
        Place = place;
    }

    public string Place { get; }

    /// <summary>Opens an archive that is a file.</summary>
    public static async Task<ArchiveFiles> OpenAsync(string path, ArchiveOptions options, CancellationToken ct) =>
        await ScanAsync(await SpooledArchive.OpenAsync(path, options, ct).ConfigureAwait(false), options.Place ?? path, options, ct).ConfigureAwait(false);

    /// <summary>Opens an archive that comes as a stream.</summary>
    public static async Task<ArchiveFiles> CopyAsync(Stream input, ArchiveOptions options, CancellationToken ct)
    {
        const string Place = "the archive";
        return await ScanAsync(await SpooledArchive.CopyAsync(input, Place, options, ct).ConfigureAwait(false), Place, options, ct).ConfigureAwait(false);
    }

    public long? SizeOf(string path) => Resolve(path)?.SizeBytes;

    public Stream Open(string path) => Resolve(path) is { } entry
        ? new FileSection(_archive.File, entry.Offset, entry.SizeBytes)
        : throw new FileNotFoundException($"\"{path}\" is not in {Place}");

    public void Dispose() => _archive.Dispose();

    private static async Task<ArchiveFiles> ScanAsync(SpooledArchive archive, string place, ArchiveOptions options, CancellationToken ct)
    {
        ArchiveFiles files = new(archive, place);
        try
        {
            await files.ScanAsync(options.MaxEntries, ct).ConfigureAwait(false);
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    private async Task ScanAsync(int maxEntries, CancellationToken ct)
    {
        TarReader reader = new(_archive.Stream, TarReaderOptions.Layer with { MaxEntries = maxEntries }, leaveOpen: true);
        await using (reader.ConfigureAwait(false))
        {
            try
            {
                while (await reader.ReadNextAsync(ct).ConfigureAwait(false) is { } entry)
                    Add(entry, reader.IsSparse ? null : reader.EntryOffset + TarFormat.BlockBytes);
            }
            catch (TarException e)
            {
                throw new InvalidImageException($"{Place} is not an archive that can be read: {e.Message}", e);
            }
        }
    }

    // A later entry of the same path replaces the earlier one, as it would when the archive is unpacked.
    private void Add(TarEntry entry, long? contentOffset)
    {
        string directory = entry.Path.Contains('/', StringComparison.Ordinal) ? entry.Path[..entry.Path.LastIndexOf('/')] : "";
        _entries[entry.Path] = entry.Type switch
        {
            TarEntryType.File when contentOffset is { } offset => new Entry(offset, entry.SizeBytes, null),
            TarEntryType.HardLink => new Entry(0, 0, entry.LinkTarget),
            TarEntryType.SymbolicLink => new Entry(0, 0, ArchivePath.Normalize(directory, entry.LinkTarget) ?? ""),
            _ => new Entry(0, 0, ""), // nothing that can be read
        };
    }

    private Entry? Resolve(string path)
    {
        string? at = ArchivePath.Normalize("", path);
        for (int links = 0; at is not null && links <= MaxLinks && _entries.TryGetValue(at, out Entry? entry); links++)
        {
            if (entry.Target is null)
                return entry;
            at = entry.Target;
        }
        return null;
    }

    private sealed record Entry(long Offset, long SizeBytes, string? Target);
}
