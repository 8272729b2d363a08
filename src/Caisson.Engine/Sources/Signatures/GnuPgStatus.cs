using System.Collections.Immutable;

namespace Caisson.Engine.Sources.Signatures;

/// <summary>What gpg says to programs. What it says to people is not read.</summary>
/// <remarks>doc/DETAILS of GnuPG, "Format of the --status-fd output".</remarks>
internal static class GnuPgStatus
{
    private const string Prefix = "[GNUPG:] ";
    private const string NoPublicKey = "9";
    private const string BinaryDocument = "00";

    // One of these is written for each signature.
    private static readonly string[] Results = ["GOODSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "BADSIG", "ERRSIG"];

    // RFC 4880, section 9.4, and RFC 9580: SHA-2 and SHA-3. MD5 (1), SHA-1 (2) and RIPEMD-160 (3) are not to be relied on.
    private static readonly string[] StrongHashes = ["8", "9", "10", "11", "12", "14"];

    /// <summary>How many keys were taken.</summary>
    public static int Imported(string output) => Rows(output).Count(static r => r[0] == "IMPORT_OK");

    /// <summary>What the only signature is worth.</summary>
    public static SignatureVerdict Read(string output)
    {
        ImmutableArray<string[]> rows = Rows(output);
        if (rows.Where(static r => Results.Contains(r[0])).ToArray() is not [{ Length: > 1 } result])
            return new SignatureVerdict.Bad("has an OpenPGP signature that gpg cannot read");
        string key = "the OpenPGP key " + KeyOf(result, rows);
        return result[0] switch
        {
            "GOODSIG" => Weigh(key, rows),
            "ERRSIG" when result is [_, _, _, _, _, _, NoPublicKey, ..] => new SignatureVerdict.OtherKey(key),
            "ERRSIG" => new SignatureVerdict.Bad($"has a signature of {key} that gpg cannot check: its algorithm is not known, or not to be relied on"),
            "EXPSIG" => new SignatureVerdict.Bad($"has a signature of {key} that has expired"),
            "EXPKEYSIG" => new SignatureVerdict.Bad($"is signed with {key}, which has expired"),
            "REVKEYSIG" => new SignatureVerdict.Bad($"is signed with {key}, which was revoked"),
            _ => new SignatureVerdict.Bad($"is not what was signed with {key}"),
        };
    }

    // "VALIDSIG FINGERPRINT DATE TIME EXPIRES VERSION RESERVED KEY-ALGORITHM HASH CLASS PRIMARY"
    private static SignatureVerdict Weigh(string key, ImmutableArray<string[]> rows)
    {
        if (rows.Where(static r => r[0] == "VALIDSIG").ToArray() is not [[_, _, _, _, _, _, _, _, var hash, var kind, ..]] || rows.Any(static r => r[0] is "PLAINTEXT" or "FAILURE"))
            return new SignatureVerdict.Bad($"has a signature of {key} that gpg does not find valid");
        if (kind != BinaryDocument)
            return new SignatureVerdict.Bad($"has a signature of {key} that is none of a commit or tag");
        return StrongHashes.Contains(hash) ? new SignatureVerdict.Good() : new SignatureVerdict.Bad($"has a signature of {key} over a hash that is not to be relied on (SHA-1 or older)");
    }

    // The fingerprint where it is said, else the key's id.
    private static string KeyOf(string[] result, ImmutableArray<string[]> rows)
    {
        string? whole = rows.FirstOrDefault(static r => r is ["VALIDSIG", _, ..])?[1] ?? (result is ["ERRSIG", _, _, _, _, _, _, var fingerprint, ..] ? fingerprint : null);
        return whole is { Length: > 1 } && whole.All(char.IsAsciiHexDigit) ? whole
            : result[1].All(char.IsAsciiHexDigit) ? result[1]
            : "of an unknown id";
    }

    private static ImmutableArray<string[]> Rows(string output) =>
        [.. output.Split('\n').Where(static l => l.StartsWith(Prefix, StringComparison.Ordinal)).Select(static l => l[Prefix.Length..].TrimEnd().Split(' '))];
}
