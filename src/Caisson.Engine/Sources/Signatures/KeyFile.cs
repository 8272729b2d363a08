using System.Collections.Immutable;
using System.Text;

namespace Caisson.Engine.Sources.Signatures;

/// <summary>A file with public keys, read.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="OpenPgp">Its bytes, when it holds OpenPGP keys; else none.</param>
/// <param name="Ssh">Its SSH keys.</param>
internal sealed record KeyFile(string Path, ReadOnlyMemory<byte> OpenPgp, ImmutableArray<SshSigner> Ssh)
{
    // The keyrings of whole distributions are smaller.
    private const int MaxBytes = 32 << 20;

    private static readonly string PublicBlock = Armor.FirstLine("PGP PUBLIC KEY BLOCK");

    /// <summary>Reads one.</summary>
    /// <exception cref="BuildException">It cannot be read, or holds no public key.</exception>
    public static KeyFile Read(string path)
    {
        byte[] bytes = ReadBytes(path);
        string text = Encoding.UTF8.GetString(bytes);
        if (text.Contains("PRIVATE KEY", StringComparison.Ordinal) || OpenPgpPacket.TagOf(bytes) == OpenPgpPacket.SecretKey)
            throw Unusable(path, "it holds a private key", "give the public one: gpg --armor --export KEY, or the file that ends in .pub");
        if (OpenPgpPacket.TagOf(bytes) == OpenPgpPacket.PublicKey || text.Contains(PublicBlock, StringComparison.Ordinal))
            return new KeyFile(path, bytes, []);
        ImmutableArray<SshSigner>.Builder signers = ImmutableArray.CreateBuilder<SshSigner>();
        foreach ((int number, string line) in text.Split('\n').Select(static l => l.Trim()).Index())
        {
            if (line.Length == 0 || line.StartsWith('#'))
                continue;
            signers.Add(SshSigner.Parse(line, out string? problem) ?? throw Unusable(path, $"line {number + 1} is no key: {problem}"));
        }
        return signers.Count > 0 ? new KeyFile(path, default, signers.ToImmutable()) : throw Unusable(path, "there is no key in it");
    }

    /// <summary>What keeps a file from being used.</summary>
    public static BuildException Unusable(string path, string reason, string? hint = null, Exception? cause = null) => new(
        EngineCodes.GitSignersUnusable,
        $"the keys of signers in {path} cannot be used: {reason}",
        hint ?? "give OpenPGP keys (gpg --armor --export KEY), or SSH keys as they stand in .pub and allowed_signers files",
        cause);

    private static byte[] ReadBytes(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using MemoryStream content = new();
            byte[] buffer = new byte[64 << 10];
            while (file.Read(buffer) is int count and not 0)
            {
                content.Write(buffer, 0, count);
                if (content.Length > MaxBytes)
                    throw Unusable(path, $"it is larger than {MaxBytes >> 20} MiB");
            }
            return content.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, Directory.Exists(path) ? "it is a directory" : e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message, hint: null, e);
        }
    }
}
