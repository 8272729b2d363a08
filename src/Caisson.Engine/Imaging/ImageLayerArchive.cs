using System.Runtime.CompilerServices;
using Caisson.Linux.Native;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Stargz;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Imaging;

/// <summary>The archive of an image's layer, to be written anew in another form.</summary>
/// <param name="layer">The layer.</param>
/// <param name="form">The form.</param>
internal sealed class ImageLayerArchive(ImageLayer layer, BlobForm form)
{
    /// <summary>Whether an entry is later than the form allows.</summary>
    /// <exception cref="InvalidImageException">The archive is not what its digest says.</exception>
    /// <exception cref="TarException">The archive is broken.</exception>
    public async Task<bool> IsLaterAsync(CancellationToken ct)
    {
        bool isLater = false; // read to its end in each case, which is where it is verified
        TarReader reader = await OpenAsync(ct).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable disposing = reader.ConfigureAwait(false);
        while (await reader.ReadNextAsync(ct).ConfigureAwait(false) is { } entry)
            isLater |= TimeOf(entry) != Clamped(entry);
        return isLater;
    }

    /// <summary>Writes the entries, with no time later than the form allows if the form asks for that.</summary>
    /// <inheritdoc cref="IsLaterAsync"/>
    public async Task WriteEntriesAsync(TarWriter tar, CancellationToken ct)
    {
        TarReader reader = await OpenAsync(ct).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable disposing = reader.ConfigureAwait(false);
        while (await reader.ReadNextAsync(ct).ConfigureAwait(false) is { } entry)
        {
            // What an earlier eStargz had of its own is of no use for anything else.
            if (StargzArchive.IsReserved(entry.Path))
                continue;
            FileTime time = form.RewritesImages ? Clamped(entry) : TimeOf(entry);
            TarEntry timed = entry with { ModifiedSeconds = time.Seconds, ModifiedNanoseconds = time.Nanoseconds };
            if (entry.Type == TarEntryType.File)
                await tar.WriteAsync(timed, reader.Content, ct).ConfigureAwait(false);
            else
                await tar.WriteAsync(timed, default(ReadOnlyMemory<byte>), ct).ConfigureAwait(false);
        }
    }

    private async Task<TarReader> OpenAsync(CancellationToken ct) => new(await LayerArchiveSource.OpenAsync(layer, ct).ConfigureAwait(false), TarReaderOptions.Layer);

    private FileTime Clamped(TarEntry entry) => TimeOf(entry).NoLaterThan(form.Time);

    private static FileTime TimeOf(TarEntry entry) => new(entry.ModifiedSeconds, entry.ModifiedNanoseconds);
}
