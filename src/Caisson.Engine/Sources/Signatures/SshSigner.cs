using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Caisson.Engine.Sources.Signatures;

/// <summary>An SSH key that may sign, from a line of a <c>.pub</c> file or of an allowed_signers file.</summary>
/// <remarks>ssh-keygen(1), "ALLOWED SIGNERS".</remarks>
/// <param name="Options">What the line says of namespaces and times; empty for nothing.</param>
/// <param name="Type">The kind of key.</param>
/// <param name="Key">The key.</param>
internal sealed partial record SshSigner(string Options, string Type, ReadOnlyMemory<byte> Key)
{
    private static readonly string[] KnownOptions = ["namespaces", "valid-after", "valid-before"];

    /// <summary>The line of an allowed_signers file that says the same of a principal.</summary>
    public string LineFor(string principal) => string.Join(' ', ((string[])[principal, Options, Type, Convert.ToBase64String(Key.Span)]).Where(static w => w.Length > 0));

    /// <summary>What people name a key by.</summary>
    public static string FingerprintOf(ReadOnlySpan<byte> key) => "SHA256:" + Convert.ToBase64String(SHA256.HashData(key)).TrimEnd('=');

    /// <summary>Reads a line: <c>[PRINCIPALS [OPTIONS]] TYPE KEY [COMMENT]</c>.</summary>
    /// <param name="line">The line.</param>
    /// <param name="problem">What is wrong with it; null for nothing.</param>
    public static SshSigner? Parse(string line, out string? problem)
    {
        string[] words = [.. Words().Matches(line).Select(static m => m.Value)];
        int at = Array.FindIndex(words, 0, Math.Min(words.Length, 3), static w => KeyType().IsMatch(w));
        problem = at < 0 || at + 1 >= words.Length ? "it names no kind of key" : null;
        if (problem is not null)
            return null;
        string options = at == 2 ? words[1] : "";
        problem = FaultOf(options);
        byte[] key = new byte[words[at + 1].Length];
        if (!Convert.TryFromBase64String(words[at + 1], key, out int length) || !IsOfType(key.AsSpan(0, length), words[at]))
            problem ??= $"what follows {words[at]} is none";
        return problem is null ? new SshSigner(options, words[at], key.AsMemory(0, length)) : null;
    }

    private static string? FaultOf(string options)
    {
        foreach (Match option in Option().Matches(options))
        {
            string name = option.Groups[1].Value.ToLowerInvariant();
            if (name == "cert-authority")
                return "authorities that sign certificates are not known here; name the keys themselves";
            if (!KnownOptions.Contains(name))
                return $"there is no option \"{name}\"";
        }
        return null;
    }

    // A key begins with the name of its kind.
    private static bool IsOfType(ReadOnlySpan<byte> key, string type) =>
        key.Length > sizeof(uint) + type.Length && BinaryPrimitives.ReadUInt32BigEndian(key) == type.Length && key.Slice(sizeof(uint), type.Length).SequenceEqual(Encoding.ASCII.GetBytes(type));

    // What stands in quotes may hold blanks.
    [GeneratedRegex("""(?:"[^"]*"|[^\s"])+""")]
    private static partial Regex Words();

    [GeneratedRegex("""([^,="]+)(?:=(?:"[^"]*"|[^,"]*))?""")]
    private static partial Regex Option();

    [GeneratedRegex("^(ssh-(rsa|ed25519)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\\.com)$")]
    private static partial Regex KeyType();
}
