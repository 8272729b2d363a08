using System.Security.Cryptography;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;
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
            {FindScript}
            """));

    /// <summary>A tree as the product shows it.</summary>
    public static string[] Shown(IFileTree tree) => Sorted(Walk(tree.Children, tree.Open, ""));

    /// <summary>A layer as the product shows it, marks included.</summary>
    public static string[] Shown(ILayerTree layer) => Sorted(Walk(layer.Children, layer.Open, ""));

    private static IEnumerable<string> Walk(Func<string, IEnumerable<FileEntry>> children, Func<string, SafeFileHandle> open, string directory)
    {
        foreach (FileEntry entry in children(directory))
        {
            yield return Line(entry, open);
            if (!entry.IsDirectory)
                continue;
            foreach (string below in Walk(children, open, entry.Path))
                yield return below;
        }
    }

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
            _ => $"{entry.Kind} {entry.Path}",
        };
    }

    private static Digest Hash(SafeFileHandle file)
    {
        using FileStream stream = new(file, FileAccess.Read);
        return Digest.FromSha256(SHA256.HashData(stream));
    }

    private static string[] Lines(string text) => Sorted(text.Split('\n', StringSplitOptions.RemoveEmptyEntries));

    private static string[] Sorted(IEnumerable<string> lines) => [.. lines.Order(StringComparer.Ordinal)];
}
