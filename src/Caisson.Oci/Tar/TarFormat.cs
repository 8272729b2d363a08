using System.Runtime.InteropServices;

namespace Caisson.Oci.Tar;

/// <summary>Where the fields of a tar header stand, and the letters of its types.</summary>
/// <remarks>
/// POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format", for the GNU types and the sparse
/// fields; star(5) for its prefix.
/// </remarks>
internal static class TarFormat
{
    public const int BlockBytes = 512;

    public const byte FileType = (byte)'0';
    public const byte OldFileType = 0;
    public const byte HardLinkType = (byte)'1';
    public const byte SymbolicLinkType = (byte)'2';
    public const byte CharacterDeviceType = (byte)'3';
    public const byte BlockDeviceType = (byte)'4';
    public const byte DirectoryType = (byte)'5';
    public const byte FifoType = (byte)'6';
    public const byte ContiguousFileType = (byte)'7';
    public const byte PaxType = (byte)'x';
    public const byte PaxGlobalType = (byte)'g';
    public const byte GnuLongNameType = (byte)'L';
    public const byte GnuLongLinkType = (byte)'K';
    public const byte GnuSparseType = (byte)'S';
    public const byte GnuVolumeType = (byte)'V';
    public const int TypeOffset = 156;

    public const int SparseEntryBytes = 24;
    public const int SparseEntriesOffset = 386;
    public const int SparseEntries = 4;
    public const int SparseContinuesOffset = 482;
    public const int ExtensionSparseEntries = 21;
    public const int ExtensionContinuesOffset = 504;

    private const ulong EvenBytes = 0x00FF_00FF_00FF_00FF;

    public const string PaxPath = "path";
    public const string PaxLinkPath = "linkpath";
    public const string PaxSize = "size";
    public const string PaxUid = "uid";
    public const string PaxGid = "gid";
    public const string PaxModified = "mtime";
    public const string PaxXattrPrefix = "SCHILY.xattr.";

    public static Range Name => ..100;

    public static Range Mode => 100..108;

    public static Range Uid => 108..116;

    public static Range Gid => 116..124;

    public static Range Size => 124..136;

    public static Range Modified => 136..148;

    public static Range Checksum => 148..156;

    public static Range LinkTarget => 157..257;

    public static Range Magic => 257..265;

    public static Range DeviceMajor => 329..337;

    public static Range DeviceMinor => 337..345;

    public static Range Prefix => 345..500;

    public static Range StarPrefix => 345..476;

    public static Range StarTrailer => 508..512;

    public static Range SparseRealSize => 483..495;

    /// <summary>Magic and version of POSIX.</summary>
    public static ReadOnlySpan<byte> PosixMagic => "ustar\000"u8;

    /// <summary>Magic and version of GNU tar's own format.</summary>
    public static ReadOnlySpan<byte> GnuMagic => "ustar  \0"u8;

    /// <summary>The sum of a header's bytes, its checksum taken as spaces.</summary>
    public static int ComputeChecksum(ReadOnlySpan<byte> block)
    {
        // Four sums at once, each of at most 128 bytes.
        ulong sums = 0;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(block))
            sums += (word & EvenBytes) + ((word >> 8) & EvenBytes);
        int sum = (int)((sums & 0xFFFF) + ((sums >> 16) & 0xFFFF) + ((sums >> 32) & 0xFFFF) + (sums >> 48));
        foreach (byte b in block[Checksum])
            sum += ' ' - b;
        return sum;
    }

    /// <summary>The same as some old programs had it, with bytes from -128 to 127.</summary>
    public static int ComputeSignedChecksum(ReadOnlySpan<byte> block)
    {
        int sum = ComputeChecksum(block);
        for (int i = 0; i < block.Length; i++)
        {
            if (block[i] >= 0x80 && (i < Checksum.Start.Value || i >= Checksum.End.Value))
                sum -= 0x100;
        }
        return sum;
    }

    /// <summary>The zero bytes that fill the last block of so many bytes.</summary>
    public static int PaddingOf(long bytes) => (int)(-bytes & (BlockBytes - 1));
}
