using System.Buffers.Binary;
using Caisson.Oci.Model;

namespace Caisson.Linux.Snapshots;

/// <summary>The end of a list's file: where the table of offsets is, how many entries there are, the list's identity and the format's version.</summary>
internal sealed record FileListTrailer(long TableOffset, int Count, Digest Identity)
{
    public const int SizeBytes = 8 + 4 + 32 + 12;

    private static ReadOnlySpan<byte> Version => "caisson-ls2\n"u8;

    public void Write(Stream to)
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, TableOffset);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], Count);
        Convert.FromHexString(Identity.Hex).CopyTo(bytes[12..]);
        Version.CopyTo(bytes[44..]);
        to.Write(bytes);
    }

    /// <exception cref="InvalidDataException">The bytes are not the end of a list.</exception>
    public static FileListTrailer Read(ReadOnlySpan<byte> bytes, long fileSizeBytes)
    {
        if (bytes.Length != SizeBytes || !bytes[44..].SequenceEqual(Version))
            throw new InvalidDataException("the file is not a list of this version");
        long tableOffset = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        int count = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (count < 0 || tableOffset < 0 || tableOffset + (8L * count) + SizeBytes != fileSizeBytes)
            throw new InvalidDataException("the file list is damaged");
        return new FileListTrailer(tableOffset, count, Digest.FromSha256(bytes[12..44]));
    }
}
