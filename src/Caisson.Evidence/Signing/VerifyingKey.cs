using System.Security.Cryptography;

namespace Caisson.Evidence.Signing;

/// <summary>A public key: ECDSA on P-256, with SHA-256. Not thread-safe.</summary>
public sealed class VerifyingKey : IDisposable
{
    private readonly ECDsa _key;

    private VerifyingKey(ECDsa key) => _key = key;

    /// <summary>A short name of it: the digest of its public information, in Base64, as cosign writes it.</summary>
    public string Hint => Convert.ToBase64String(SHA256.HashData(_key.ExportSubjectPublicKeyInfo()));

    /// <summary>Reads one from a file in PEM.</summary>
    /// <exception cref="Engine.BuildException">It cannot be read, or is none that can be used.</exception>
    public static VerifyingKey Open(string path)
    {
        string text = KeyFile.ReadText(path);
        (string label, byte[] content) = KeyFile.ReadBlock(path, text);
        if (label != "PUBLIC KEY")
        {
            throw label.EndsWith("PRIVATE KEY", StringComparison.Ordinal)
                ? KeyFailure.Of(path, "it is a private key, and a public one verifies", hint: "give its public half: openssl pkey -in key.pem -pubout -out pub.pem")
                : KeyFailure.Of(path, $"it is a {label}");
        }
        KeyFile.RequireKnown(path, content, isPrivate: false);
        return new VerifyingKey(KeyFile.Import(path, key => key.ImportSubjectPublicKeyInfo(content, out _), "it is no public key of ECDSA"));
    }

    /// <summary>The public half of a key.</summary>
    internal static VerifyingKey Of(ECDsa key)
    {
        ECDsa half = ECDsa.Create();
        half.ImportSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo(), out _);
        return new VerifyingKey(half);
    }

    /// <summary>Whether a signature of bytes is of this key.</summary>
    internal bool Verifies(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature)
    {
        try
        {
            return _key.VerifyData(bytes, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false; // no signature at all
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
