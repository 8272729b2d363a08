using Caisson.Linux.Snapshots;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Steps;

/// <summary>Tells an archive by its first bytes, whatever its name is.</summary>
internal static class ArchiveDetection
{
    private const int MagicOffset = 257; // POSIX ustar, "magic"

    private static readonly byte[][] Compressed =
    [
        [0x1F, 0x8B], // gzip, RFC 1952
        [0x42, 0x5A, 0x68], // bzip2
        [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], // xz
        [0x28, 0xB5, 0x2F, 0xFD], // zstd, RFC 8878
    ];

    /// <summary>Whether a file is a tar, or something compressed that usually holds one.</summary>
    public static bool IsArchive(IFileTree tree, string path)
    {
        using SafeFileHandle file = tree.Open(path);
        byte[] start = new byte[MagicOffset + 5];
        int length = RandomAccess.Read(file, start, 0);
        ReadOnlySpan<byte> bytes = start.AsSpan(0, length);
        foreach (byte[] magic in Compressed)
        {
            if (bytes.StartsWith(magic))
                return true;
        }
        return length == start.Length && bytes[MagicOffset..].SequenceEqual("ustar"u8);
    }
}
