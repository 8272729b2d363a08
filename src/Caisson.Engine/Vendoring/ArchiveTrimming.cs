using System.IO.Enumeration;
using Caisson.Engine.Imaging;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Vendoring;

/// <summary>Reads an archive of sources and writes it again without some of its files: what stays keeps everything that it has, in its place.</summary>
/// <param name="path">The archive.</param>
/// <param name="keep">Patterns of what stays in any case: <c>*</c> stands for any text, slashes too.</param>
internal sealed class ArchiveTrimming(string path, IReadOnlyCollection<string> keep)
{
    private const long MaxUnpackedBytes = 1L << 38;

    /// <summary>The paths of its regular files that may go: neither licences, nor the manifest, nor sums of modules, nor what is to stay.</summary>
    /// <exception cref="BuildException">It is no archive that can be written again.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken ct)
    {
        List<string> files = [];
        HashSet<string> linked = new(StringComparer.Ordinal);
        await ReadAsync(
            (entry, _) =>
            {
                if (entry.Type == TarEntryType.File)
                    files.Add(entry.Path);
                else if (entry.Type == TarEntryType.HardLink)
                    linked.Add(entry.LinkTarget);
                return ValueTask.CompletedTask;
            },
            ct).ConfigureAwait(false);
        return [.. files.Where(f => !linked.Contains(f) && !Stays(f))];
    }

    /// <summary>Writes it again.</summary>
    /// <param name="output">The new file.</param>
    /// <param name="left">The files that are left out.</param>
    /// <param name="parallelism">How many threads compress.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The size and digest of the new file.</returns>
    public async Task<(long SizeBytes, Digest Digest)> WriteAsync(string output, IReadOnlySet<string> left, int parallelism, CancellationToken ct)
    {
        bool isPlain = await DetectAsync(ct).ConfigureAwait(false) == Compression.None;
        DigestStream digest = new(new EagerFileStream(output, FileMode.CreateNew));
        await using (digest.ConfigureAwait(false))
        {
            Stream compressed = isPlain ? digest : new GzipEncoderStream(digest, new GzipOptions { Level = GzipOptions.SmallestLevel, Parallelism = parallelism }, leaveOpen: true);
            TarWriter writer = new(compressed, new TarWriterOptions { SubSecondTimes = true }, leaveOpen: true);
            await using (writer.ConfigureAwait(false))
            {
                await ReadAsync(async (entry, content) =>
                {
                    if (entry.Type != TarEntryType.File)
                        await writer.WriteAsync(entry, default(ReadOnlyMemory<byte>), ct).ConfigureAwait(false);
                    else if (!left.Contains(entry.Path))
                        await writer.WriteAsync(entry, content, ct).ConfigureAwait(false);
                }, ct).ConfigureAwait(false);
                await writer.CompleteAsync(ct).ConfigureAwait(false);
            }
            if (compressed is GzipEncoderStream gzip)
            {
                await gzip.CompleteAsync(ct).ConfigureAwait(false);
                await gzip.DisposeAsync().ConfigureAwait(false);
            }
            return (digest.LengthBytes, await digest.CompleteAsync().ConfigureAwait(false));
        }
    }

    /// <summary>Whether one of some patterns names a file or a directory above it: what is kept of a directory is all that is in it.</summary>
    public static bool IsNamed(string file, IEnumerable<string> patterns) =>
        patterns.Any(pattern => EntryPath.Ancestors(file).Append(file).Any(part => FileSystemName.MatchesSimpleExpression(pattern.Trim('/'), part, ignoreCase: false)));

    private bool Stays(string file) => EntryPath.Name(file) is var name && (name is VendorManifest.FileName or "go.sum" || Licences.IsLicence(name) || IsNamed(file, keep));

    private async Task<Compression> DetectAsync(CancellationToken ct)
    {
        (Stream plain, Compression compression) = await OpenAsync(ct).ConfigureAwait(false);
        await plain.DisposeAsync().ConfigureAwait(false);
        return compression;
    }

    private async Task ReadAsync(Func<TarEntry, Stream, ValueTask> take, CancellationToken ct)
    {
        try
        {
            (Stream plain, Compression compression) = await OpenAsync(ct).ConfigureAwait(false);
            await using (plain.ConfigureAwait(false))
            {
                if (compression is not (Compression.None or Compression.Gzip))
                    throw NotTrimmed($"it is compressed with {compression.ToString().ToLowerInvariant()}", "tar with gzip, or without compression, is written again");
                TarReader reader = new(plain, TarReaderOptions.Source, leaveOpen: true);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadNextAsync(ct).ConfigureAwait(false) is { } entry)
                        await take(entry, reader.Content).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is TarException or InvalidDataException)
        {
            throw NotTrimmed($"it is no tar archive that can be read: {e.Message}", hint: null);
        }
    }

    private async Task<(Stream Plain, Compression Compression)> OpenAsync(CancellationToken ct)
    {
        try
        {
            return await Decompression.OpenDetectedAsync(File.OpenRead(path), SystemDecoders.Options with { MaxBytes = MaxUnpackedBytes }, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw NotTrimmed("it cannot be read", "name an archive of the build context");
        }
    }

    private BuildException NotTrimmed(string why, string? hint) => new(EngineCodes.NotTrimmed, $"{path} cannot be made smaller: {why}", hint);
}
