using System.Globalization;
using System.Text;
using Caisson.Linux.Native;
using Caisson.Oci.Images;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Tests.Testing;

/// <summary>What archives and layers hold, as text: one line an entry, such as <c>f 0644 0:0 app/x "content"</c>.</summary>
internal static class Layers
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The lines of each layer, lowest first.</summary>
    public static async Task<string[][]> OfAsync(Image image)
    {
        List<string[]> layers = [];
        foreach (ImageLayer layer in image.Layers)
            layers.Add(await OfAsync(layer));
        return [.. layers];
    }

    /// <summary>The lines of one layer.</summary>
    public static async Task<string[]> OfAsync(ImageLayer layer, bool withTimes = false)
    {
        await using Stream blob = await layer.OpenAsync(Ct);
        (Stream archive, _) = await Decompression.OpenDetectedAsync(blob, SystemDecoders.Options, Ct);
        await using (archive)
            return await OfAsync(archive, withTimes);
    }

    /// <summary>The lines of an archive.</summary>
    public static async Task<string[]> OfAsync(Stream archive, bool withTimes = false)
    {
        List<string> lines = [];
        await using TarReader reader = new(archive, options: null, leaveOpen: true);
        while (await reader.ReadNextAsync(Ct) is { } entry)
        {
            string content = "";
            if (entry.Type == TarEntryType.File)
            {
                using StreamReader text = new(reader.Content, Encoding.Latin1, leaveOpen: true);
                content = await text.ReadToEndAsync(Ct);
            }
            lines.Add(Describe(entry, content) + (withTimes ? $" @{entry.ModifiedSeconds}" : ""));
        }
        return [.. lines];
    }

    private static string Describe(TarEntry entry, string content)
    {
        string mode = Convert.ToString(entry.Mode, 8).PadLeft(4, '0');
        string owner = string.Create(CultureInfo.InvariantCulture, $"{entry.Uid}:{entry.Gid}");
        return entry.Type switch
        {
            TarEntryType.Directory => $"d {mode} {owner} {entry.Path}",
            TarEntryType.File => $"f {mode} {owner} {entry.Path} \"{content}\"",
            TarEntryType.SymbolicLink => $"l {owner} {entry.Path} -> {entry.LinkTarget}",
            TarEntryType.HardLink => $"h {entry.Path} => {entry.LinkTarget}",
            TarEntryType.Fifo => $"p {mode} {owner} {entry.Path}",
            _ => $"? {entry.Type} {entry.Path}",
        };
    }
}
