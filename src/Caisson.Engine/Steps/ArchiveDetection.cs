using System.Runtime.CompilerServices;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Steps;

/// <summary>Tells an archive by what it holds, whatever its name is, and opens it.</summary>
internal static class ArchiveDetection
{
    // A first entry can have several headers of up to a megabyte before it.
    private static readonly DecompressionOptions Options = SystemDecoders.Options with { MaxBytes = TarReaderOptions.Source.MaxArchiveBytes };

    /// <summary>Whether a file is a tar, plain or compressed, with something in it: as Docker has it, one whose first entry can be read.</summary>
    /// <exception cref="MissingLibraryException">It may be one, and this machine cannot decompress it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Task<bool> IsArchiveAsync(IFileTree tree, string path, CancellationToken ct) =>
        IsArchiveAsync(new FileStream(tree.Open(path), FileAccess.Read, bufferSize: 0), ct);

    /// <summary>The same of an open file.</summary>
    /// <param name="file">Read from its beginning, and disposed.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="MissingLibraryException">It may be one, and this machine cannot decompress it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<bool> IsArchiveAsync(Stream file, CancellationToken ct)
    {
        try
        {
            Stream plain = await OpenAsync(file, ct).ConfigureAwait(false);
            TarReader reader = new(plain, TarReaderOptions.Source);
            await using ConfiguredAsyncDisposable disposing = reader.ConfigureAwait(false);
            return await reader.ReadNextAsync(ct).ConfigureAwait(false) is not null;
        }
        catch (TarException e)
        {
            // An archive that wants to leave its place is one all the same, and is refused when it is unpacked.
            return e.Kind is not (TarErrorKind.Malformed or TarErrorKind.Truncated);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>Opens what an archive holds, decompressed.</summary>
    /// <param name="archive">Owned by the stream that is returned.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="MissingLibraryException">This machine cannot decompress it.</exception>
    public static async Task<Stream> OpenAsync(Stream archive, CancellationToken ct) => (await Decompression.OpenDetectedAsync(archive, Options, ct).ConfigureAwait(false)).Plain;
}
