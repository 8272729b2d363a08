using System.Buffers.Binary;
using System.Security.Cryptography;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Linux.Files;

/// <summary>One slot of a table of files that were read: what the kernel told of the file, and the digest of its content. Device and inode are its key.</summary>
/// <remarks>
/// Little-endian, 88 bytes: device (8), inode (8), size (8), seconds of the times of the last change to content (8) and to anything (8), their nanoseconds
/// (4 each), mode (2), trust (2), when it was first seen so, in seconds (4), SHA-256 (32). A slot of zeros is free.
/// </remarks>
internal readonly ref struct StatRecord(Span<byte> bytes)
{
    public const int SizeBytes = 88;

    private const int ModifiedAt = 24;
    private const int ChangedAt = 32;
    private const int ModeAt = 48;
    private const int TrustAt = 50;
    private const int SeenAt = 52;
    private const int DigestAt = 56;
    private const ushort Trusted = 1;
    private const ushort Distrusted = 2;

    private readonly Span<byte> _bytes = bytes;

    public ulong Device => BinaryPrimitives.ReadUInt64LittleEndian(_bytes);

    public ulong Inode => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[8..]);

    public bool IsFree => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[TrustAt..]) == 0;

    public bool IsTrusted => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[TrustAt..]) == Trusted;

    /// <summary>When the file was first seen as it is, in seconds since 1970.</summary>
    public uint SeenSeconds => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[SeenAt..]);

    public Digest Content => Digest.FromSha256(_bytes.Slice(DigestAt, SHA256.HashSizeInBytes));

    public bool IsOf(in FileStatus status) =>
        Device == status.Device
        && Inode == status.Inode
        && BinaryPrimitives.ReadInt64LittleEndian(_bytes[16..]) == status.SizeBytes
        && TimeAt(ModifiedAt, 40) == status.Modified
        && TimeAt(ChangedAt, 44) == status.Changed
        && BinaryPrimitives.ReadUInt16LittleEndian(_bytes[ModeAt..]) == status.Mode;

    public void Set(in FileStatus status, Digest content, bool isTrusted, uint seenSeconds)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes, status.Device);
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes[8..], status.Inode);
        BinaryPrimitives.WriteInt64LittleEndian(_bytes[16..], status.SizeBytes);
        BinaryPrimitives.WriteInt64LittleEndian(_bytes[ModifiedAt..], status.Modified.Seconds);
        BinaryPrimitives.WriteInt64LittleEndian(_bytes[ChangedAt..], status.Changed.Seconds);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes[40..], status.Modified.Nanoseconds);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes[44..], status.Changed.Nanoseconds);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes[ModeAt..], (ushort)status.Mode);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes[TrustAt..], isTrusted ? Trusted : Distrusted);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes[SeenAt..], seenSeconds);
        content.CopyHashTo(_bytes[DigestAt..]);
    }

    public void CopyFrom(StatRecord other) => other._bytes.CopyTo(_bytes);

    private FileTime TimeAt(int seconds, int nanoseconds) =>
        new(BinaryPrimitives.ReadInt64LittleEndian(_bytes[seconds..]), BinaryPrimitives.ReadInt32LittleEndian(_bytes[nanoseconds..]));
}
