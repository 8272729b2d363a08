namespace Caisson.Engine.Tests.Testing;

/// <summary>An OpenPGP key that signs commits and tags, in a keyring of its own.</summary>
internal sealed class OpenPgpSigner : IAsyncDisposable
{
    private readonly string _home;
    private readonly string[] _time;

    private OpenPgpSigner(string home, string[] time)
    {
        _home = home;
        _time = time;
    }

    public string Fingerprint { get; private set; } = "";

    /// <summary>Makes a key.</summary>
    /// <param name="home">A directory for the keyring.</param>
    /// <param name="time">When the key is made and signs, as <c>YYYYMMDDThhmmss</c>; null for now.</param>
    /// <param name="lifetime">How long it lives.</param>
    public static async Task<OpenPgpSigner> CreateAsync(string home, string? time = null, string lifetime = "never")
    {
        Tool.Require("gpg");
        Tool.Require("gpgconf");
        Directory.CreateDirectory(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        OpenPgpSigner signer = new(home, time is null ? [] : ["--faked-system-time", time]);
        await signer.GpgAsync("--passphrase", "", "--quick-gen-key", "Signer <signer@example.com>", "ed25519", "sign", lifetime);
        string listed = await signer.GpgAsync("--with-colons", "--list-keys");
        signer.Fingerprint = listed.Split('\n').First(static l => l.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];
        return signer;
    }

    /// <summary>Writes the public key to a file.</summary>
    public async Task<string> ExportAsync(string path, bool isArmored = true)
    {
        await GpgAsync([.. (string[])(isArmored ? ["--armor"] : []), "--output", path, "--export"]);
        return path;
    }

    /// <summary>Lets a repository sign with it, where it is told to.</summary>
    /// <param name="work">The repository.</param>
    /// <param name="settings">More settings for gpg.</param>
    public void Use(GitWork work, params string[] settings)
    {
        string program = _home + "-gpg";
        File.WriteAllText(program, $"#!/bin/sh\nexec gpg --homedir '{_home}' --quiet {string.Join(' ', _time)} {string.Join(' ', settings)} \"$@\"\n");
        File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        work.Run("config", "gpg.format", "openpgp");
        work.Run("config", "gpg.program", program);
        work.Run("config", "user.signingkey", Fingerprint);
    }

    public Task<string> GpgAsync(params string[] arguments) => Tool.RunAsync("gpg", ["--homedir", _home, "--batch", "--quiet", "--yes", .. _time, .. arguments]);

    public async ValueTask DisposeAsync() => await Tool.RunAsync("gpgconf", "--homedir", _home, "--kill", "all");
}
