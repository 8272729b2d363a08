using System.Security.Cryptography;
using System.Text;

namespace Caisson.Evidence.Signing;

/// <summary>A private key: ECDSA on P-256, with SHA-256. Not thread-safe.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly ECDsa _key;

    private SigningKey(ECDsa key)
    {
        _key = key;
        Public = VerifyingKey.Of(key);
    }

    /// <summary>Its public half.</summary>
    public VerifyingKey Public { get; }

    /// <summary>Reads one from a file in PEM: PKCS#8, encrypted or not, or the older form of EC keys.</summary>
    /// <param name="path">The file.</param>
    /// <param name="passphrase">What it is encrypted with; null when nothing was given.</param>
    /// <exception cref="Engine.BuildException">It cannot be read, or is none that can be used.</exception>
    public static SigningKey Open(string path, string? passphrase)
    {
        string text = KeyFile.ReadText(path);
        (string label, byte[] content) = KeyFile.ReadBlock(path, text);
        switch (label)
        {
            case "PRIVATE KEY":
                KeyFile.RequireKnown(path, content, isPrivate: true);
                return new SigningKey(KeyFile.Import(path, key => key.ImportPkcs8PrivateKey(content, out _), "it is no private key of ECDSA"));
            case "EC PRIVATE KEY":
                return new SigningKey(KeyFile.Import(path, key => key.ImportECPrivateKey(content, out _), "it is no private key of ECDSA"));
            case "ENCRYPTED PRIVATE KEY" when passphrase is null:
                throw KeyFailure.Of(path, "it is encrypted, and no passphrase was given", hint: "write --sign key=FILE,passphrase-file=FILE, or passphrase-env=NAME");
            case "ENCRYPTED PRIVATE KEY":
                return new SigningKey(KeyFile.Import(path, key => key.ImportEncryptedPkcs8PrivateKey(Encoding.UTF8.GetBytes(passphrase), content, out _), "the passphrase is wrong, or it is no private key of ECDSA"));
            case "PUBLIC KEY":
                throw KeyFailure.Of(path, "it is a public key, and a private one signs");
            case "ENCRYPTED SIGSTORE PRIVATE KEY" or "ENCRYPTED COSIGN PRIVATE KEY":
                throw KeyFailure.Of(path, "it is in cosign's own form, which only cosign decrypts");
            default:
                throw KeyFailure.Of(path, $"it is a {label}");
        }
    }

    /// <summary>Signs bytes. Each time in other words: the signature of the same bytes is never the same twice.</summary>
    internal byte[] Sign(byte[] bytes) => _key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <inheritdoc/>
    public void Dispose()
    {
        _key.Dispose();
        Public.Dispose();
    }
}
