using System.Collections.Immutable;
using Caisson.Linux.Files;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Sources.Signatures;

/// <summary>SSH keys that may sign. The machine's ssh-keygen checks signatures, with a list of signers of our own.</summary>
internal sealed class SshKeys
{
    private const string Principal = "signer";
    private const string Namespace = "git"; // what git signs for

    private readonly ImmutableArray<SshSigner> _signers;
    private readonly VerifyingProgram _program;
    private readonly WorkArea _work;

    /// <summary>Takes keys.</summary>
    public SshKeys(ImmutableArray<SshSigner> signers, BuildEngineOptions options, WorkArea work)
    {
        _signers = signers;
        _work = work;
        _program = new VerifyingProgram("ssh-keygen", "openssh-client", options);
    }

    /// <summary>What a signature is worth.</summary>
    /// <param name="payload">What is signed.</param>
    /// <param name="signature">The signature, as text.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Steps.StepException">There is no ssh-keygen on this machine.</exception>
    public async Task<SignatureVerdict> VerifyAsync(ReadOnlyMemory<byte> payload, string signature, CancellationToken ct)
    {
        if (SshSignature.Parse(signature) is not { } said)
            return new SignatureVerdict.Bad("has an SSH signature that cannot be read");
        string key = "the SSH key " + SshSigner.FingerprintOf(said.Key.Span);
        if (said.Namespace != Namespace)
            return new SignatureVerdict.Bad($"has a signature of {key} that is none of a commit or tag");
        ImmutableArray<SshSigner> lines = [.. _signers.Where(s => s.Key.Span.SequenceEqual(said.Key.Span))];
        if (lines.IsEmpty)
            return new SignatureVerdict.OtherKey(key);
        string signers = await WriteAsync("signers", string.Concat(lines.Select(static l => l.LineFor(Principal) + "\n")), ct).ConfigureAwait(false);
        string file = await WriteAsync("signature", signature, ct).ConfigureAwait(false);
        // A file of signature holds one signature, so the exit code tells of this one.
        ProcessResult good = await _program.RunAsync(["-Y", "verify", "-f", signers, "-I", Principal, "-n", Namespace, "-s", file], payload, ct).ConfigureAwait(false);
        if (good.ExitCode == 0)
            return new SignatureVerdict.Good();
        ProcessResult intact = await _program.RunAsync(["-Y", "check-novalidate", "-n", Namespace, "-s", file], payload, ct).ConfigureAwait(false);
        return new SignatureVerdict.Bad(intact.ExitCode == 0 ? $"is signed with {key}, which is not valid now or not for git" : $"is not what was signed with {key}");
    }

    private async Task<string> WriteAsync(string purpose, string text, CancellationToken ct)
    {
        string path = _work.NewPath(purpose);
        await File.WriteAllTextAsync(path, text, ct).ConfigureAwait(false);
        return path;
    }
}
