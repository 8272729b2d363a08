using System.Runtime.CompilerServices;
using Caisson.Engine.Imaging;
using Caisson.Linux.Native;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Sources.Debian;

/// <summary>Makes a layer's blob of the archive that mmdebstrap writes.</summary>
internal static class BaseArchive
{
    // Copied from this machine, or made by the kernel anew in every container.
    private static readonly string[] OfTheMachine = ["etc/hostname", "etc/resolv.conf"];

    // What apt and dpkg leave in an image that has neither.
    private static readonly string[] OfThePackageManager =
    [
        "etc/apt", "etc/dpkg", "etc/fstab", "var/lib/apt", "var/lib/dpkg", "var/cache/apt", "var/cache/debconf", "var/log/apt",
    ];

    private const string KeptPackageList = "var/lib/dpkg/status.d";

    /// <summary>Reads the archive and writes the blob.</summary>
    /// <param name="archive">The archive's path.</param>
    /// <param name="blob">The blob's path.</param>
    /// <param name="form">How the blob is written.</param>
    /// <param name="isDistroless">Whether what belongs to the package manager is left out.</param>
    /// <param name="parallelism">Threads that compress.</param>
    /// <param name="ct">Gives up.</param>
    public static Task<BlobRecord> ConvertAsync(string archive, string blob, BlobForm form, bool isDistroless, int parallelism, CancellationToken ct) =>
        new LayerBlobWriter(form.Compression, parallelism).WriteAsync(tar => CopyAsync(archive, tar, form, path => IsKept(path, isDistroless), ct), blob, ct);

    private static async Task CopyAsync(string archive, TarWriter writer, BlobForm form, Func<string, bool> isKept, CancellationToken ct)
    {
        TarReader reader = new(File.OpenRead(archive));
        await using ConfiguredAsyncDisposable disposingReader = reader.ConfigureAwait(false);
        while (await reader.ReadNextAsync(ct).ConfigureAwait(false) is { } entry)
        {
            if (!isKept(entry.Path))
                continue;
            FileTime time = form.TimeOf(new FileTime(entry.ModifiedSeconds, entry.ModifiedNanoseconds));
            TarEntry clamped = entry with { ModifiedSeconds = time.Seconds, ModifiedNanoseconds = 0 };
            if (entry.Type == TarEntryType.File)
                await writer.WriteAsync(clamped, reader.Content, ct).ConfigureAwait(false);
            else
                await writer.WriteAsync(clamped, default(ReadOnlyMemory<byte>), ct).ConfigureAwait(false);
        }
    }

    private static bool IsKept(string path, bool isDistroless)
    {
        if (path.Length == 0 || path.StartsWith("dev/", StringComparison.Ordinal) || OfTheMachine.Contains(path))
            return false;
        if (!isDistroless || IsIn(path, KeptPackageList) || IsIn(KeptPackageList, path))
            return true;
        return !OfThePackageManager.Any(directory => IsIn(path, directory));
    }

    private static bool IsIn(string path, string directory) => Linux.Snapshots.EntryPath.IsWithin(path, directory);
}
