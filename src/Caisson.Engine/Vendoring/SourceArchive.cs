using Caisson.Engine.Exporting;
using Caisson.Engine.Imaging;
using Caisson.Linux.Native;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Vendoring;

/// <summary>Writes a directory as a compressed archive whose bytes depend on its files alone: names in ordinal order, one time, root as the owner.</summary>
/// <param name="top">The directory that everything stands in there.</param>
/// <param name="time">The time that everything gets.</param>
/// <param name="parallelism">How many threads compress.</param>
internal sealed class SourceArchive(string top, FileTime time, int parallelism)
{
    private const int DirectoryMode = 0x1ED; // 0755
    private const int LinkMode = 0x1FF; // 0777

    /// <summary>Writes it.</summary>
    /// <returns>How large it is, and its digest.</returns>
    /// <exception cref="IOException">Something cannot be read or written.</exception>
    public async Task<(long SizeBytes, Digest Digest)> WriteAsync(string directory, ExportFile file, CancellationToken ct)
    {
        (long SizeBytes, Digest Digest)? written = null;
        await file.WriteAsync(async stream => written = await WriteAsync(directory, stream, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        return written ?? throw new System.Diagnostics.UnreachableException("the file was written");
    }

    private async Task<(long SizeBytes, Digest Digest)> WriteAsync(string directory, Stream stream, CancellationToken ct)
    {
        DigestStream digest = new(stream, leaveOpen: true);
        await using (digest.ConfigureAwait(false))
        {
            GzipEncoderStream gzip = new(digest, new GzipOptions { Level = GzipOptions.SmallestLevel, Parallelism = parallelism }, leaveOpen: true);
            await using (gzip.ConfigureAwait(false))
            {
                TarWriter tar = new(gzip, leaveOpen: true);
                await using (tar.ConfigureAwait(false))
                {
                    using DirectoryHandle root = DirectoryHandle.Open(directory);
                    await tar.WriteAsync(NewEntry(TarEntryType.Directory, top, DirectoryMode), default(ReadOnlyMemory<byte>), ct).ConfigureAwait(false);
                    await WriteAsync(tar, root, top, ct).ConfigureAwait(false);
                    await tar.CompleteAsync(ct).ConfigureAwait(false);
                }
                await gzip.CompleteAsync(ct).ConfigureAwait(false);
            }
            return (digest.LengthBytes, await digest.CompleteAsync().ConfigureAwait(false));
        }
    }

    private async Task WriteAsync(TarWriter tar, DirectoryHandle directory, string path, CancellationToken ct)
    {
        foreach (string name in directory.List())
        {
            string own = $"{path}/{name}";
            FileStatus status = directory.Status(name);
            switch (status.Kind)
            {
                case FileKind.Directory:
                    await tar.WriteAsync(NewEntry(TarEntryType.Directory, own, DirectoryMode), default(ReadOnlyMemory<byte>), ct).ConfigureAwait(false);
                    using (DirectoryHandle below = directory.OpenDirectory(name))
                        await WriteAsync(tar, below, own, ct).ConfigureAwait(false);
                    break;
                case FileKind.SymbolicLink:
                    TarEntry link = NewEntry(TarEntryType.SymbolicLink, own, LinkMode) with { LinkTarget = directory.ReadLink(name) };
                    await tar.WriteAsync(link, default(ReadOnlyMemory<byte>), ct).ConfigureAwait(false);
                    break;
                case FileKind.File:
                    using (SafeFileHandle content = directory.OpenFile(name))
                        await tar.WriteFileAsync(NewEntry(TarEntryType.File, own, TreeCopy.ModeOf(status)) with { SizeBytes = status.SizeBytes }, content, ct).ConfigureAwait(false);
                    break;
            }
        }
    }

    private TarEntry NewEntry(TarEntryType type, string path, int mode) => new() { Type = type, Path = path, Mode = mode, ModifiedSeconds = time.Seconds };
}
