using System.Collections.Immutable;
using Caisson.Linux.Files;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Sources.Signatures;

/// <summary>OpenPGP keys that may sign. The machine's gpg checks signatures, with a keyring of our own that it gets no further keys for.</summary>
internal sealed class OpenPgpKeys
{
    private const string ArmorKind = "PGP SIGNATURE";

    private static readonly ImmutableArray<string> Settings =
    [
        "--no-options", "--batch", "--no-tty", "--no-autostart", "--disable-dirmngr", "--no-auto-key-retrieve", "--no-auto-key-locate", "--no-auto-check-trustdb",
        "--no-permission-warning", "--lock-never", "--trust-model", "always", "--status-fd", "1",
    ];

    private readonly ImmutableArray<KeyFile> _files;
    private readonly VerifyingProgram _program;
    private readonly WorkArea _work;
    private readonly Lock _beginning = new();
    private Task<string>? _home;

    /// <summary>Takes the keys of files, when they are first needed.</summary>
    public OpenPgpKeys(ImmutableArray<KeyFile> files, BuildEngineOptions options, WorkArea work)
    {
        _files = files;
        _work = work;
        _program = new VerifyingProgram("gpg", "gnupg", options);
    }

    /// <summary>What a signature is worth.</summary>
    /// <param name="payload">What is signed.</param>
    /// <param name="signature">The signature, as text.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Steps.StepException">There is no gpg on this machine.</exception>
    /// <exception cref="BuildException">gpg takes no key of a file.</exception>
    public async Task<SignatureVerdict> VerifyAsync(ReadOnlyMemory<byte> payload, string signature, CancellationToken ct)
    {
        if (Armor.Decode(signature, ArmorKind) is not { } bytes || !OpenPgpPacket.IsOneSignature(bytes))
            return new SignatureVerdict.Bad("has an OpenPGP signature that cannot be read, or is several");
        string file = _work.NewPath("signature");
        await File.WriteAllBytesAsync(file, bytes, ct).ConfigureAwait(false);
        ProcessResult result = await RunAsync(await HomeAsync(ct).ConfigureAwait(false), ["--verify", "--", file, "-"], payload, ct).ConfigureAwait(false);
        return GnuPgStatus.Read(result.Output);
    }

    private Task<string> HomeAsync(CancellationToken ct)
    {
        lock (_beginning)
            return _home ??= ImportAsync(ct);
    }

    private async Task<string> ImportAsync(CancellationToken ct)
    {
        string home = _work.NewDirectory("keyring");
        File.SetUnixFileMode(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (KeyFile file in _files)
        {
            ProcessResult result = await RunAsync(home, ["--import"], file.OpenPgp, ct).ConfigureAwait(false);
            if (GnuPgStatus.Imported(result.Output) == 0)
                throw KeyFile.Unusable(file.Path, "gpg finds no key in it");
        }
        return home;
    }

    private Task<ProcessResult> RunAsync(string home, ImmutableArray<string> arguments, ReadOnlyMemory<byte> input, CancellationToken ct) =>
        _program.RunAsync(["--homedir", home, .. Settings, .. arguments], input, ct);
}
