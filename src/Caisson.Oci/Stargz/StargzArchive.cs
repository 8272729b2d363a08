using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Stargz;

/// <summary>Writes an archive as eStargz: a gzip of many members that is followed by a table of contents, from which single files can be fetched.</summary>
/// <remarks>
/// stargz-snapshotter, docs/estargz.md, version 1. The order of the members: one that begins the archive, one for each 4 MiB of a file with what follows it,
/// one for the table, and the footer that says where the table is. No file is said to be wanted first (<c>.no.prefetch.landmark</c>).
/// </remarks>
public static class StargzArchive
{
    private const string TableName = "stargz.index.json";
    private const string NoPrefetchLandmark = ".no.prefetch.landmark";
    private const string PrefetchLandmark = ".prefetch.landmark";
    private const int ReadOnlyMode = 0x124; // 0444

    private static readonly byte[] LandmarkContent = [0xF];

    /// <summary>Whether an entry of the archive is the format's own.</summary>
    public static bool IsReserved(string path) => path is TableName or NoPrefetchLandmark or PrefetchLandmark;

    /// <summary>Writes the blob. Memory grows with the number of entries.</summary>
    /// <param name="output">Where to; stays open.</param>
    /// <param name="options">As of a gzip.</param>
    /// <param name="writeEntries">Writes the entries, and does not end the archive.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StargzException">An entry is one that no eStargz can hold.</exception>
    public static async Task<StargzFacts> WriteAsync(Stream output, GzipOptions options, Func<TarWriter, Task> writeEntries, CancellationToken ct)
    {
        StargzOutput members = new(output, options.Level, options.Parallelism);
        await using ConfiguredAsyncDisposable disposingMembers = members.ConfigureAwait(false);
        TarWriter tar = new(members, new TarWriterOptions { Observer = members }, leaveOpen: true);
        await using ConfiguredAsyncDisposable disposingTar = tar.ConfigureAwait(false);
        await tar.WriteAsync(OwnFile(NoPrefetchLandmark, LandmarkContent.Length), LandmarkContent, ct).ConfigureAwait(false);
        members.TakesForeign = true;
        await writeEntries(tar).ConfigureAwait(false);
        await tar.FlushAsync(ct).ConfigureAwait(false);
        await members.DrainAsync(ct).ConfigureAwait(false);
        long tableOffset = members.BlobBytes;
        byte[] table = StargzTable.Write(members.Entries);
        members.TakesTable = true;
        await tar.WriteAsync(OwnFile(TableName, table.Length), table, ct).ConfigureAwait(false);
        await tar.CompleteAsync(ct).ConfigureAwait(false);
        await members.DrainAsync(ct).ConfigureAwait(false);
        await output.WriteAsync(Footer(tableOffset), ct).ConfigureAwait(false);
        await output.FlushAsync(ct).ConfigureAwait(false);
        return new StargzFacts(members.CompleteDigest(), Digest.OfBytes(table), members.ArchiveBytes);
    }

    // An empty gzip member whose extra field "SG" has the offset (RFC 1952, section 2.3.1.1), with one empty stored block.
    private static byte[] Footer(long tableOffset)
    {
        string field = string.Create(CultureInfo.InvariantCulture, $"{tableOffset:x16}STARGZ");
        return
        [
            0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF,
            (byte)(field.Length + 4), 0, (byte)'S', (byte)'G', (byte)field.Length, 0, .. Encoding.ASCII.GetBytes(field),
            1, 0, 0, 0xFF, 0xFF,
            0, 0, 0, 0, 0, 0, 0, 0,
        ];
    }

    private static TarEntry OwnFile(string path, int sizeBytes) => new() { Type = TarEntryType.File, Path = path, Mode = ReadOnlyMode, SizeBytes = sizeBytes };
}
