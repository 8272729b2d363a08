using Caisson.Dockerfile.Source;
using Caisson.Engine.Steps;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Sources.Contexts;

/// <summary>A file that was given as a build context: an archive, or a Dockerfile.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Name">What people read of it.</param>
internal sealed record FileContext(string Path, string Name)
{
    /// <summary>Unpacks the archive; null when it is none.</summary>
    /// <param name="work">Where to.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">It is one, and damaged.</exception>
    public async Task<UnpackedArchive?> UnpackAsync(WorkArea work, CancellationToken ct)
    {
        try
        {
            if (!await ArchiveDetection.IsArchiveAsync(File.OpenRead(Path), ct).ConfigureAwait(false))
                return null;
            Stream tar = await ArchiveDetection.OpenAsync(File.OpenRead(Path), ct).ConfigureAwait(false);
            await using (tar.ConfigureAwait(false))
                return await ArchiveUnpacker.UnpackAsync(tar, work.NewDirectory("context"), TarReaderOptions.Source, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TarException or InvalidDataException or SystemCallException { ErrorNumber: Errno.ELOOP })
        {
            throw new BuildException(EngineCodes.UnknownContext, $"the archive in the build context ({Name}) cannot be unpacked: {e.Message}", "make it again", e);
        }
    }

    /// <summary>Reads the Dockerfile.</summary>
    /// <exception cref="BuildException">It is no text: an archive that holds nothing, for example, which is all zeros.</exception>
    public SourceText ReadText()
    {
        byte[] bytes = DockerfileText.ReadBounded(Path);
        if (!bytes.AsSpan().ContainsAnyExcept((byte)0))
            throw new BuildException(EngineCodes.UnknownContext, $"the build context ({Name}) is an archive with nothing in it", "put the Dockerfile and what it copies into the archive");
        if (!bytes.AsSpan().Contains((byte)0))
            return SourceText.FromBytes(Name, bytes);
        string hint = CompressionFormat.Detect(bytes) == Compression.None ? "give a directory, an archive (tar, also compressed), a Dockerfile, or the address of a git repository" : "what is compressed in it is no tar";
        throw new BuildException(EngineCodes.UnknownContext, $"the build context ({Name}) is neither an archive nor a Dockerfile", hint);
    }

    /// <summary>The time of the newest file in an archive; null when it has no file.</summary>
    public static FileTime? NewestOf(UnpackedArchive archive)
    {
        long[] times = [.. archive.Entries().Where(static e => e.Kind == EntryKind.File).Select(static e => e.Modified?.Seconds ?? 0)];
        return times.Length == 0 ? null : new FileTime(times.Max(), 0);
    }
}
