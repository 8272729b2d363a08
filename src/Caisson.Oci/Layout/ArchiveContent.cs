using Caisson.Oci.Tar;

namespace Caisson.Oci.Layout;

/// <summary>Writes the files of an archive the same way every time: owned by root, from 1970, directories before what is in them.</summary>
/// <remarks>Streams: each file goes out as it is written, so its size must be known before.</remarks>
internal sealed class ArchiveContent(TarWriter writer)
{
    private const int FileMode = 0b110_100_100;
    private const int DirectoryMode = 0b111_101_101;

    private readonly HashSet<string> _directories = new(StringComparer.Ordinal);

    /// <summary>Writes a file that is held in memory.</summary>
    public async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        await WriteDirectoriesAsync(path, ct).ConfigureAwait(false);
        await writer.WriteAsync(FileEntry(path, content.Length), content, ct).ConfigureAwait(false);
    }

    /// <summary>Writes a file from a stream that has exactly so many bytes; not disposed.</summary>
    public async Task WriteAsync(string path, long sizeBytes, Stream content, CancellationToken ct)
    {
        await WriteDirectoriesAsync(path, ct).ConfigureAwait(false);
        await writer.WriteAsync(FileEntry(path, sizeBytes), content, ct).ConfigureAwait(false);
    }

    private static TarEntry FileEntry(string path, long sizeBytes) =>
        new() { Path = path, Type = TarEntryType.File, Mode = FileMode, SizeBytes = sizeBytes };

    private async Task WriteDirectoriesAsync(string path, CancellationToken ct)
    {
        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            TarEntry directory = new() { Path = path[..slash], Type = TarEntryType.Directory, Mode = DirectoryMode };
            if (_directories.Add(directory.Path))
                await writer.WriteAsync(directory, ct: ct).ConfigureAwait(false);
        }
    }
}
