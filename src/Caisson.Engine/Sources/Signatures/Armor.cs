namespace Caisson.Engine.Sources.Signatures;

/// <summary>Bytes as text between lines of dashes.</summary>
/// <remarks>RFC 4880, section 6.2; OpenSSH's PROTOCOL.sshsig.</remarks>
internal static class Armor
{
    private const int ChecksumLength = 5; // "=" and 24 bits

    /// <summary>The first line of one.</summary>
    public static string FirstLine(string kind) => $"-----BEGIN {kind}-----";

    /// <summary>The bytes; null when the text is anything but one of that kind, from its first line to its last.</summary>
    /// <param name="text">The text.</param>
    /// <param name="kind">What stands in its first line.</param>
    public static byte[]? Decode(string text, string kind)
    {
        string[] lines = [.. text.TrimEnd().Split('\n').Select(static l => l.TrimEnd())];
        if (lines.Length < 2 || lines[0] != FirstLine(kind) || lines[^1] != $"-----END {kind}-----")
            return null;
        IEnumerable<string> body = lines[1..^1].SkipWhile(static l => l.Contains(": ", StringComparison.Ordinal)).Where(static l => l.Length > 0);
        string digits = string.Concat(body.Where(static l => !(l.StartsWith('=') && l.Length == ChecksumLength)));
        byte[] bytes = new byte[digits.Length];
        return Convert.TryFromBase64String(digits, bytes, out int length) ? bytes[..length] : null;
    }
}
