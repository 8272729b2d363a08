using System.Buffers.Binary;

namespace Caisson.Engine.Sources.Signatures;

/// <summary>The headers of OpenPGP packets.</summary>
/// <remarks>RFC 4880, section 4.2.</remarks>
internal static class OpenPgpPacket
{
    /// <summary>The tag of a signature.</summary>
    public const int Signature = 2;

    /// <summary>The tag of a secret key.</summary>
    public const int SecretKey = 5;

    /// <summary>The tag of a public key.</summary>
    public const int PublicKey = 6;

    /// <summary>The tag of the first packet; null when the bytes begin with none.</summary>
    public static int? TagOf(ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty || (bytes[0] & 0x80) == 0 ? null
        : (bytes[0] & 0x40) != 0 ? bytes[0] & 0x3F
        : (bytes[0] >> 2) & 0xF;

    /// <summary>
    /// Whether the bytes are one signature and nothing else. A message that carries its own text is signed too, and gpg finds its signature good whatever it was to be held
    /// against; and of several signatures one would have to be chosen.
    /// </summary>
    public static bool IsOneSignature(ReadOnlySpan<byte> bytes) =>
        TagOf(bytes) == Signature && LengthOf(bytes) is { } length && length.Header + length.Body == bytes.Length;

    // Null for a length that is not said at the beginning, or of which a part is missing.
    private static (int Header, long Body)? LengthOf(ReadOnlySpan<byte> bytes)
    {
        bool isNew = (bytes[0] & 0x40) != 0;
        ReadOnlySpan<byte> rest = bytes[1..];
        if (rest.Length < 5)
            return null;
        if (!isNew)
        {
            return (bytes[0] & 3) switch
            {
                0 => (2, rest[0]),
                1 => (3, BinaryPrimitives.ReadUInt16BigEndian(rest)),
                2 => (5, BinaryPrimitives.ReadUInt32BigEndian(rest)),
                _ => null,
            };
        }
        return rest[0] switch
        {
            < 192 => (2, rest[0]),
            < 224 => (3, ((rest[0] - 192) << 8) + rest[1] + 192),
            255 => (6, BinaryPrimitives.ReadUInt32BigEndian(rest[1..])),
            _ => null,
        };
    }
}
