using System.Buffers.Binary;
using Caisson.Oci.Model;

namespace Caisson.Linux.Snapshots;

/// <summary>The end of a list's file: where the table of offsets is, how many entries there are, the list's names and the format's version.</summary>
internal sealed record FileListTrailer(long TableOffset, int Count, FileListNames Names)
{
    public const int SizeBytes = 8 + 4 + 32 + 32 + 12;

    private static ReadOnlySpan<byte> Version => "caisson-ls1\n"u8;

    public void Write(Stream to)
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, TableOffset);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], Count);
        Convert.FromHexString(Names.Identity.Hex).CopyTo(bytes[12..]);
        Convert.FromHexString(Names.Content.Hex).CopyTo(bytes[44..]);
        Version.CopyTo(bytes[76..]);
        to.Write(bytes);
    }

    /// <exception cref="InvalidDataException">The bytes are not the end of a list.</exception>
    public static FileListTrailer Read(ReadOnlySpan<byte> bytes, long fileSizeBytes)
    {
        if (bytes.Length != SizeBytes || !bytes[76..].SequenceEqual(Version))
            throw new InvalidDataException("the file is not a list of this version");
        long tableOffset = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        int count = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (count < 0 || tableOffset < 0 || tableOffset + (8L * count) + SizeBytes != fileSizeBytes)
            throw new InvalidDataException("the file list is damaged");
        return new FileListTrailer(tableOffset, count, new FileListNames(Digest.FromSha256(bytes[12..44]), Digest.FromSha256(bytes[44..76])));
    }
}
