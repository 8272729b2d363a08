namespace Caisson.Engine.Sources.Gateway;

/// <summary>What gpgv says of a release's signatures: one that holds is enough, one that does not is too much. Those of keys that are not in the keyring do not count.</summary>
/// <remarks>doc/DETAILS of GnuPG, "Format of the --status-fd output". A release is signed with several keys while they are exchanged.</remarks>
internal static class ReleaseSignature
{
    private const string Prefix = "[GNUPG:] ";

    // RFC 9580, section 9.5: SHA-2 and SHA-3.
    private static readonly string[] StrongHashes = ["8", "9", "10", "11", "12", "14"];

    /// <summary>What is wrong; null when a trusted key signed it.</summary>
    public static string? Problem(string output)
    {
        bool holds = false;
        bool isGood = false; // what VALIDSIG says is worth as much as the line before it
        string? why = null;
        foreach (string line in output.Split('\n').Where(static l => l.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            string[] words = line[Prefix.Length..].TrimEnd().Split(' ');
            switch (words[0])
            {
                case "BADSIG":
                    return "the release is not what was signed";
                case "GOODSIG":
                    isGood = true;
                    break;
                case "ERRSIG":
                    isGood = false;
                    break;
                case "EXPSIG" or "EXPKEYSIG" or "REVKEYSIG":
                    isGood = false;
                    why = "the release is signed with a key, or by a signature, that has expired or was revoked";
                    break;
                case "VALIDSIG" when isGood && words.Length > 8:
                    holds |= StrongHashes.Contains(words[8]);
                    why = "the release is signed over a hash that is not to be relied on";
                    isGood = false;
                    break;
            }
        }
        return holds ? null : why ?? "the release is not signed by a key of the keyring";
    }
}
