namespace Caisson.Engine.Tests.Testing;

/// <summary>An SSH key that signs commits and tags.</summary>
internal sealed class SshSigningKey
{
    private readonly string _path;

    private SshSigningKey(string path) => _path = path;

    /// <summary>The file of the public key.</summary>
    public string PublicPath => _path + ".pub";

    /// <summary>The public key, as it stands in files: kind, key, comment.</summary>
    public string PublicLine => File.ReadAllText(PublicPath).Trim();

    public static async Task<SshSigningKey> CreateAsync(string path)
    {
        Tool.Require("ssh-keygen");
        await Tool.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "signer@example.com", "-f", path);
        return new SshSigningKey(path);
    }

    /// <summary>Lets a repository sign with it, where it is told to.</summary>
    public void Use(GitWork work)
    {
        work.Run("config", "gpg.format", "ssh");
        work.Run("config", "user.signingkey", _path);
    }
}
