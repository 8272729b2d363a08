using System.Buffers.Binary;
using System.Text;

namespace Caisson.Engine.Sources.Signatures;

/// <summary>What a signature of SSH says of itself.</summary>
/// <remarks>OpenSSH's PROTOCOL.sshsig: the bytes <c>SSHSIG</c>, the version 1, and five strings: key, namespace, nothing, hash, signature.</remarks>
/// <param name="Key">The key that it claims to be made with.</param>
/// <param name="Namespace">What it is for.</param>
internal sealed record SshSignature(ReadOnlyMemory<byte> Key, string Namespace)
{
    /// <summary>What stands in the first line of its text.</summary>
    public const string ArmorKind = "SSH SIGNATURE";

    private static ReadOnlySpan<byte> Start => "SSHSIG\0\0\0\u0001"u8;

    /// <summary>Reads one; null when the text is none.</summary>
    public static SshSignature? Parse(string text)
    {
        if (Armor.Decode(text, ArmorKind) is not { } bytes || !bytes.AsSpan().StartsWith(Start))
            return null;
        ReadOnlyMemory<byte> rest = bytes.AsMemory(Start.Length);
        ReadOnlyMemory<byte>?[] strings = [.. Enumerable.Range(0, 5).Select(_ => Take(ref rest))];
        return rest.IsEmpty && strings is [{ } key, { } name, not null, not null, not null] ? new SshSignature(key, Encoding.UTF8.GetString(name.Span)) : null;
    }

    private static ReadOnlyMemory<byte>? Take(ref ReadOnlyMemory<byte> rest)
    {
        if (rest.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32BigEndian(rest.Span) is uint length && length > rest.Length - sizeof(uint))
            return null;
        int count = (int)BinaryPrimitives.ReadUInt32BigEndian(rest.Span);
        ReadOnlyMemory<byte> taken = rest.Slice(sizeof(uint), count);
        rest = rest[(sizeof(uint) + count)..];
        return taken;
    }
}
