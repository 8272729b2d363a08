using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Caisson.Oci.Model;

/// <summary>The name of content by its hash, for example <c>sha256:6c3c…</c>. Equal digests name equal bytes.</summary>
/// <remarks>image-spec v1.1.1, descriptor.md, "Digests". Only the registered algorithms sha256 and sha512 are accepted.</remarks>
public sealed record Digest : IComparable<Digest>
{
    private const string Sha256Prefix = "sha256:";
    private const int Sha256HexLength = 64;
    private const int Sha512HexLength = 128;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private Digest(string value) => Value = value;

    /// <summary>The whole digest: algorithm, colon, lower-case hexadecimal hash.</summary>
    public string Value { get; }

    /// <summary>The part before the colon.</summary>
    public string Algorithm => Value[..Value.IndexOf(':', StringComparison.Ordinal)];

    /// <summary>The part after the colon, lower-case hexadecimal.</summary>
    public string Hex => Value[(Value.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>Writes the bytes of the hash.</summary>
    /// <returns>How many there are.</returns>
    public int CopyHashTo(Span<byte> destination)
    {
        Convert.FromHexString(Value.AsSpan(Value.IndexOf(':', StringComparison.Ordinal) + 1), destination, out _, out int written);
        return written;
    }

    /// <summary>Reads a digest.</summary>
    /// <exception cref="FormatException">The text is not a digest of a known algorithm.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out Digest? digest) ? digest : throw new FormatException($"\"{text}\" is not a digest such as sha256:<64 hexadecimal digits>");

    /// <summary>Reads a digest; false when the text is not one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Digest? digest)
    {
        digest = null;
        int colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (text is null || colon < 0)
            return false;
        int expected = text[..colon] switch { "sha256" => Sha256HexLength, "sha512" => Sha512HexLength, _ => -1 };
        ReadOnlySpan<char> hex = text.AsSpan(colon + 1);
        if (hex.Length != expected || hex.ContainsAnyExcept(HexDigits))
            return false;
        digest = new Digest(text);
        return true;
    }

    /// <summary>The sha256 digest of these bytes.</summary>
    public static Digest OfBytes(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return FromSha256(hash);
    }

    /// <summary>Wraps a finished 32-byte SHA-256 hash.</summary>
    public static Digest FromSha256(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, SHA256.HashSizeInBytes);
        Span<char> text = stackalloc char[Sha256Prefix.Length + Sha256HexLength];
        Sha256Prefix.CopyTo(text);
        Convert.TryToHexStringLower(hash, text[Sha256Prefix.Length..], out _);
        return new Digest(new string(text));
    }

    /// <summary>Starts a hash of this digest's algorithm, to check content against it.</summary>
    public IncrementalHash StartHash() =>
        IncrementalHash.CreateHash(Algorithm == "sha256" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512);

    /// <summary>Whether this digest, of whichever algorithm, names these bytes.</summary>
    public bool IsOf(ReadOnlySpan<byte> content)
    {
        using IncrementalHash hash = StartHash();
        hash.AppendData(content);
        return Matches(hash.GetHashAndReset());
    }

    /// <summary>Whether a finished hash of this digest's algorithm is the one named here.</summary>
    public bool Matches(ReadOnlySpan<byte> hash) => Hex.AsSpan().SequenceEqual(Convert.ToHexStringLower(hash));

    /// <inheritdoc/>
    public int CompareTo(Digest? other) => string.CompareOrdinal(Value, other?.Value);

    /// <summary>Ordinal order of the text.</summary>
    public static bool operator <(Digest left, Digest right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal order of the text.</summary>
    public static bool operator >(Digest left, Digest right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal order of the text.</summary>
    public static bool operator <=(Digest left, Digest right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal order of the text.</summary>
    public static bool operator >=(Digest left, Digest right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public override string ToString() => Value;
}
