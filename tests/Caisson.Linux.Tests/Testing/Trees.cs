using System.Security.Cryptography;
using System.Text;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Tests.Testing;

/// <summary>What trees hold, as text in ordinal order, one line a name: as find(1) sees it, and as the product does.</summary>
internal static class Trees
{
    /// <summary>Prints the directory at hand.</summary>
    public const string FindScript =
        """
        find . -mindepth 1 \( -type f -printf 'f %04m %U:%G %P %s ' -exec sh -c 'sha256sum < "$1" | cut -c1-8' sh {} \; \
            -o -type l -printf 'l %U:%G %P -> %l\n' -o -printf '%y %04m %U:%G %P\n' \)
        """;

    /// <summary>A directory as programs see it.</summary>
    public static async Task<string[]> FoundAsync(string directory) => Lines(await Tool.ShellAsync(directory, FindScript));

    /// <summary>Layers as the kernel merges them, the uppermost first; a script may change them first.</summary>
    public static async Task<string[]> OverlaidAsync(TempDirectory temp, string[] layersTopFirst, string script = ":", string upper = "upper") =>
        Lines(await Tool.RunAsync(
            "unshare",
            "--mount",
            "sh",
            "-euc",
            $"""
            cd '{temp.Path}'; umask 022; mkdir -p {upper} work merged
            mount -t overlay overlay merged -o lowerdir={string.Join(':', layersTopFirst)},upperdir={upper},workdir=work,index=off,redirect_dir=nofollow
            cd merged
            {script}
            # A removal where nothing is below is still listed by the kernel, as a name of nothing: find says so and goes on.
            {FindScript} 2> /dev/null || true
            """));

    /// <summary>A tree as the product shows it: listed directory by directory, and each name asked for.</summary>
    public static string[] Shown(IFileTree tree)
    {
        FileEntry[] entries = [.. Entries(tree.Children, "").Select(static e => e with { IsOpaque = false })];
        string[] lines = Sorted(entries.Select(e => Line(e, tree.Open)));
        Assert.Equal(lines, Sorted(entries.Select(e => tree.Find(e.Path) is { } found ? Line(found with { IsOpaque = false }, tree.Open) : $"{e.Path} is not found")));
        return lines;
    }

    /// <summary>A layer as the product shows it, marks included.</summary>
    public static string[] Shown(ILayerTree layer) => Sorted(Entries(layer.Children, "").Select(e => Line(e, layer.Open)));

    /// <summary>The same, with the names of extended attributes.</summary>
    public static string[] ShownWithAttributes(ILayerTree layer) =>
        Sorted(Entries(layer.Children, "").Select(e => string.Join(' ', [Line(e, layer.Open), .. e.Xattrs.Keys])));

    /// <summary>Entries as they come.</summary>
    public static string[] Shown(IEnumerable<FileEntry> entries) =>
        [.. entries.Select(static e => Line(e with { Content = e.Content ?? Digest.OfBytes([]) }, static _ => throw new InvalidOperationException("not asked for")))];

    /// <summary>The layers' directories as the product merges them, the uppermost first.</summary>
    public static MergedTree Merge(TempDirectory temp, params IEnumerable<string> layersTopFirst) =>
        new([.. layersTopFirst.Select(name => new DirectoryTree(temp[name], OverlayMarks.Trusted))]);

    /// <summary>All names below a directory.</summary>
    public static IEnumerable<FileEntry> Entries(Func<string, IEnumerable<FileEntry>> children, string directory) =>
        children(directory).SelectMany(entry => entry.IsDirectory ? [entry, .. Entries(children, entry.Path)] : (IEnumerable<FileEntry>)[entry]);

    private static string Line(FileEntry entry, Func<string, SafeFileHandle> open)
    {
        string mode = Convert.ToString(entry.Mode, 8).PadLeft(4, '0');
        return entry.Kind switch
        {
            EntryKind.File => $"f {mode} {entry.Uid}:{entry.Gid} {entry.Path} {entry.SizeBytes} {(entry.Content ?? Hash(open(entry.Path))).Hex[..8]}",
            EntryKind.SymbolicLink => $"l {entry.Uid}:{entry.Gid} {entry.Path} -> {entry.LinkTarget}",
            EntryKind.Directory => $"d {mode} {entry.Uid}:{entry.Gid} {entry.Path}{(entry.IsOpaque ? " opaque" : "")}",
            EntryKind.CharacterDevice => $"c {mode} {entry.Uid}:{entry.Gid} {entry.Path}",
            EntryKind.BlockDevice => $"b {mode} {entry.Uid}:{entry.Gid} {entry.Path}",
            EntryKind.Fifo => $"p {mode} {entry.Uid}:{entry.Gid} {entry.Path}",
            EntryKind.HardLink => $"h {entry.Path} => {entry.LinkTarget}",
            _ => $"gone {entry.Path}",
        };
    }

    private static Digest Hash(SafeFileHandle file)
    {
        using FileStream stream = new(file, FileAccess.Read);
        return Digest.FromSha256(SHA256.HashData(stream));
    }

    private static string[] Lines(string latin1) => Sorted(PathText.Decode(Encoding.Latin1.GetBytes(latin1)).Split('\n', StringSplitOptions.RemoveEmptyEntries));

    private static string[] Sorted(IEnumerable<string> lines) => [.. lines.Order(StringComparer.Ordinal)];
}
