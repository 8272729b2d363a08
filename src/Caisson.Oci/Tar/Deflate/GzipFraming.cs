using System.Buffers.Binary;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>What stands around the compressed chunks of a gzip member.</summary>
/// <remarks>RFC 1952, section 2.3.</remarks>
internal static class GzipFraming
{
    /// <summary>The bytes of <see cref="Ending"/>.</summary>
    public const int EndingBytes = 10;

    // A last block with the fixed codes that holds nothing but its end: chunks never know that they are the last.
    private static readonly byte[] LastBlock = [0x03, 0x00];

    /// <summary>Magic, deflate, no flags, no time, no extra flags, unknown system.</summary>
    public static ReadOnlyMemory<byte> Header { get; } = new byte[] { 0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF };

    /// <summary>The last block, the CRC and the length.</summary>
    public static byte[] Ending(uint crc, long lengthBytes)
    {
        byte[] ending = new byte[EndingBytes];
        LastBlock.CopyTo(ending, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(ending.AsSpan(LastBlock.Length), crc);
        BinaryPrimitives.WriteUInt32LittleEndian(ending.AsSpan(LastBlock.Length + 4), (uint)lengthBytes);
        return ending;
    }
}
