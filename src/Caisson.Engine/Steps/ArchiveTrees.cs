using System.Collections.Concurrent;
using Caisson.Engine.Imaging;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Steps;

/// <summary>The archives that the steps of one build unpack: each once, however many steps add it, in the work area until the build has ended.</summary>
/// <remarks>Thread-safe. The trees that it hands out live as long as it does.</remarks>
/// <param name="work">Where they are unpacked.</param>
internal sealed class ArchiveTrees(WorkArea work) : IDisposable
{
    private readonly ConcurrentDictionary<Digest, Lazy<Task<UnpackedArchive>>> _archives = new();

    /// <summary>The tree in an archive.</summary>
    /// <param name="source">Where the archive is.</param>
    /// <param name="file">The archive as it was hashed; its path is that in the source.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StepException">It cannot be unpacked.</exception>
    /// <exception cref="ContentChangedException">It is no longer the one that was hashed.</exception>
    /// <exception cref="IOException">It cannot be read, or the disk does not take it.</exception>
    public async Task<UnpackedArchive> GetAsync(IFileTree source, FileEntry file, CancellationToken ct)
    {
        Digest content = file.Content ?? throw new ArgumentException("an archive is unpacked by its digest", nameof(file));
        try
        {
            return await _archives.GetOrAdd(content, _ => new(() => UnpackAsync(source, file, ct))).Value.ConfigureAwait(false);
        }
        catch (TarException e) when (e.Kind == TarErrorKind.UnsafePath)
        {
            const string Hint = "do not trust it; to copy it as it is, use COPY or ADD --unpack=false";
            throw new StepException(EngineCodes.UnsafeArchive, $"the archive \"{file.Path}\" would leave its place: {e.Message}", Hint, e);
        }
        catch (Exception e) when (e is TarException or InvalidDataException or SystemCallException { ErrorNumber: Errno.ELOOP })
        {
            const string Hint = "make the archive again; to copy it as it is, use COPY or ADD --unpack=false";
            throw new StepException(EngineCodes.BrokenArchive, $"the archive \"{file.Path}\" cannot be unpacked: {e.Message}", Hint, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Task<UnpackedArchive> archive in _archives.Values.Where(static a => a.IsValueCreated).Select(static a => a.Value).Where(static a => a.IsCompletedSuccessfully))
            archive.Result.Dispose();
    }

    private async Task<UnpackedArchive> UnpackAsync(IFileTree source, FileEntry file, CancellationToken ct)
    {
        using SafeFileHandle handle = source.Open(file.Path);
        using FileContentStream bytes = new(handle, file);
        Stream tar = await ArchiveDetection.OpenAsync(bytes, ct).ConfigureAwait(false);
        await using (tar.ConfigureAwait(false))
        {
            string directory = work.NewDirectory("unpacked");
            UnpackedArchive unpacked = await Task.Run(() => ArchiveUnpacker.UnpackAsync(tar, directory, TarReaderOptions.Source, ct), ct).ConfigureAwait(false);
            try
            {
                await bytes.CopyToAsync(Stream.Null, ct).ConfigureAwait(false);
                bytes.Check();
                return unpacked;
            }
            catch
            {
                unpacked.Dispose();
                throw;
            }
        }
    }
}
