using System.Text;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Tests.Tar;

/// <summary>Whole archives in memory.</summary>
internal static class Archive
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TarEntry File(string path, long sizeBytes = 0) => new() { Type = TarEntryType.File, Path = path, Mode = 0x1A4, SizeBytes = sizeBytes };

    public static async Task<byte[]> WriteAsync(IEnumerable<(TarEntry Entry, byte[] Content)> entries, TarWriterOptions? options = null)
    {
        MemoryStream output = new();
        await using (TarWriter writer = new(output, options, leaveOpen: true))
        {
            foreach ((TarEntry entry, byte[] content) in entries)
                await writer.WriteAsync(entry, content, Ct);
            await writer.CompleteAsync(Ct);
        }
        return output.ToArray();
    }

    public static Task<byte[]> WriteAsync(params TarEntry[] entries) => WriteAsync(entries.Select(e => (e, Array.Empty<byte>())));

    public static async Task<List<(TarEntry Entry, byte[] Content)>> ReadAsync(Stream archive, TarReaderOptions? options = null)
    {
        List<(TarEntry, byte[])> entries = [];
        await using TarReader reader = new(archive, options);
        while (await reader.ReadNextAsync(Ct) is { } entry)
        {
            MemoryStream content = new();
            await reader.Content.CopyToAsync(content, Ct);
            entries.Add((entry, content.ToArray()));
        }
        Assert.Null(await reader.ReadNextAsync(Ct));
        return entries;
    }

    public static Task<List<(TarEntry Entry, byte[] Content)>> ReadAsync(byte[] archive, TarReaderOptions? options = null) => ReadAsync(new MemoryStream(archive), options);

    /// <summary>Reads an archive that must be refused.</summary>
    public static Task<TarException> RefusedAsync(byte[] archive, TarReaderOptions? options = null) =>
        Assert.ThrowsAsync<TarException>(() => ReadAsync(archive, options));

    /// <summary>All that an entry says, as text, to compare.</summary>
    public static string Describe(TarEntry e) => string.Join(
        ' ',
        e.Type,
        e.Path,
        Convert.ToString(e.Mode, 8),
        $"{e.Uid}:{e.Gid}",
        e.SizeBytes,
        $"{e.ModifiedSeconds}.{e.ModifiedNanoseconds:D9}",
        e.LinkTarget,
        $"{e.DeviceMajor},{e.DeviceMinor}",
        string.Join(',', e.Xattrs.Select(x => $"{x.Key}={Convert.ToHexString(x.Value.AsSpan())}")));

    public static string Latin1(this byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
