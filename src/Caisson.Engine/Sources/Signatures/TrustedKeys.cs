using System.Collections.Immutable;
using Caisson.Linux.Files;

namespace Caisson.Engine.Sources.Signatures;

/// <summary>The keys of which one must have signed.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class TrustedKeys
{
    private const string OpenPgpStart = "-----BEGIN PGP SIGNATURE-----";
    private const string SshStart = "-----BEGIN SSH SIGNATURE-----";

    private readonly OpenPgpKeys _openPgp;
    private readonly SshKeys _ssh;

    /// <summary>Takes the keys of files.</summary>
    public TrustedKeys(ImmutableArray<KeyFile> files, BuildEngineOptions options, WorkArea work)
    {
        _openPgp = new OpenPgpKeys([.. files.Where(static f => !f.OpenPgp.IsEmpty)], options, work);
        _ssh = new SshKeys([.. files.SelectMany(static f => f.Ssh)], options, work);
        Paths = [.. files.Select(static f => f.Path)];
    }

    /// <summary>Where they are from.</summary>
    public ImmutableArray<string> Paths { get; }

    /// <summary>What the signature of a commit or tag is worth.</summary>
    /// <exception cref="Steps.StepException">The program that checks it is not on this machine.</exception>
    /// <exception cref="BuildException">A file holds no key.</exception>
    public async Task<SignatureVerdict> VerifyAsync(SignedObject signed, CancellationToken ct)
    {
        if (signed.Signature is not { } signature)
            return new SignatureVerdict.Missing();
        if (signature.Contains('\0', StringComparison.Ordinal) || signed.Payload.Span.Contains((byte)0))
            return new SignatureVerdict.Bad("holds a zero byte, where programs take its end to be");
        if (signature.StartsWith(OpenPgpStart, StringComparison.Ordinal))
            return await _openPgp.VerifyAsync(signed.Payload, signature, ct).ConfigureAwait(false);
        if (signature.StartsWith(SshStart, StringComparison.Ordinal))
            return await _ssh.VerifyAsync(signed.Payload, signature, ct).ConfigureAwait(false);
        return new SignatureVerdict.Bad("has a signature that is neither of OpenPGP nor of SSH");
    }
}
