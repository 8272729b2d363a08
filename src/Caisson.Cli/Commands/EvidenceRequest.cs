using Caisson.Cli.Hosting;
using Caisson.Engine;
using Caisson.Evidence.Provenance;
using Caisson.Evidence.Signing;

namespace Caisson.Cli.Commands;

/// <summary>What a build is to say of its result.</summary>
/// <param name="Provenance">How it was built; null when that is not said.</param>
/// <param name="KeyPath">The file of the key that it is signed with; null when it is not.</param>
internal sealed record EvidenceRequest(ProvenanceOptions? Provenance, string? KeyPath)
{
    /// <summary>What the key is encrypted with; null when nothing was given.</summary>
    public string? Passphrase { get; init; }

    /// <summary>Opens the key; null when nothing is signed.</summary>
    /// <exception cref="BuildException">It cannot be used.</exception>
    public SigningKey? OpenKey() => KeyPath is null ? null : SigningKey.Open(KeyPath, Passphrase);

    /// <summary>What says it; null when nothing is said.</summary>
    public ProvenanceAttester? AttesterOf(BuildRequest request, SigningKey? key) =>
        Provenance is null ? null : new ProvenanceAttester(new ProvenanceFacts(request, Provenance, VersionText.Short), key);
}
