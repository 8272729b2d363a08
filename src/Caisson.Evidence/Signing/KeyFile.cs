using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Caisson.Evidence.Signing;

/// <summary>Reads files with keys in PEM.</summary>
internal static class KeyFile
{
    private const int MaxBytes = 64 << 10;
    private const string Curve = "1.2.840.10045.3.1.7";

    private static readonly Dictionary<string, string> Algorithms = new(StringComparer.Ordinal)
    {
        ["1.3.101.112"] = "an Ed25519 key, which .NET 10 cannot sign or verify with",
        ["1.3.101.113"] = "an Ed448 key",
        ["1.2.840.113549.1.1.1"] = "an RSA key",
        ["1.2.840.113549.1.1.10"] = "an RSA key",
    };

    /// <summary>Reads the text of a file.</summary>
    public static string ReadText(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read);
            byte[] content = new byte[MaxBytes + 1];
            int length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return length > MaxBytes
                ? throw KeyFailure.Of(path, $"it has more than {MaxBytes} bytes")
                : System.Text.Encoding.UTF8.GetString(content, 0, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KeyFailure.Of(path, e.Message, e, "name a file with a key in PEM");
        }
    }

    /// <summary>The first block of PEM: its label and its content.</summary>
    public static (string Label, byte[] Content) ReadBlock(string path, string text)
    {
        if (!PemEncoding.TryFind(text, out PemFields fields))
            throw KeyFailure.Of(path, "it is not in PEM");
        return (text[fields.Label], Convert.FromBase64String(text[fields.Base64Data]));
    }

    /// <summary>Reads a key, and requires its curve.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="import">Reads it.</param>
    /// <param name="wrong">What is wrong when it cannot be read.</param>
    public static ECDsa Import(string path, Action<ECDsa> import, string wrong)
    {
        ECDsa key = ECDsa.Create();
        try
        {
            import(key);
            if (key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value is var curve && curve != Curve)
                throw KeyFailure.Of(path, $"it is of the curve {key.ExportParameters(includePrivateParameters: false).Curve.Oid.FriendlyName ?? curve}, and P-256 is the one that is used");
            return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or AsnContentException)
        {
            key.Dispose();
            throw KeyFailure.Of(path, wrong, e);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Refuses keys of other algorithms by their name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">PKCS#8 of a private key, or the information of a public one.</param>
    /// <param name="isPrivate">Which of them.</param>
    public static void RequireKnown(string path, byte[] content, bool isPrivate)
    {
        try
        {
            AsnReader key = new AsnReader(content, AsnEncodingRules.BER).ReadSequence();
            if (isPrivate)
                key.ReadInteger();
            string algorithm = key.ReadSequence().ReadObjectIdentifier();
            if (Algorithms.TryGetValue(algorithm, out string? name))
                throw KeyFailure.Of(path, $"it is {name}; ECDSA with P-256 is what is used");
        }
        catch (AsnContentException)
        {
            // Whoever reads it as a key will say what it is not.
        }
    }
}
