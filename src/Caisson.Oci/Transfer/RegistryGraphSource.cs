using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;

namespace Caisson.Oci.Transfer;

/// <summary>A name in a registry.</summary>
/// <param name="client">Not disposed.</param>
/// <param name="reference">The name; without tag and digest, the tag <c>latest</c>.</param>
public sealed class RegistryGraphSource(RegistryClient client, Reference reference) : IGraphSource
{
    private readonly Reference _reference = reference.WithDefaultTag();
    private RegistryManifest? _root;

    /// <inheritdoc/>
    public string Place => "docker://" + _reference.Familiar;

    /// <inheritdoc/>
    public IBlobSource Blobs { get; } = client.BlobsOf(reference.WithDefaultTag());

    /// <inheritdoc/>
    /// <exception cref="RegistryException">The registry has none, or cannot be asked.</exception>
    public async Task<Descriptor> ResolveAsync(CancellationToken ct)
    {
        _root = await client.GetManifestAsync(_reference, ct).ConfigureAwait(false);
        return _root.Descriptor;
    }

    /// <inheritdoc/>
    /// <exception cref="RegistryException">The registry cannot be asked.</exception>
    public async Task<byte[]> ReadDocumentAsync(Descriptor document, CancellationToken ct)
    {
        if (_root is { } root && root.Descriptor.Digest == document.Digest)
            return root.Content.ToArray();
        try
        {
            return (await client.GetManifestAsync(_reference.WithDigest(document.Digest), ct).ConfigureAwait(false)).Content.ToArray();
        }
        catch (RegistryException e) when (e.Kind == RegistryErrorKind.NotFound)
        {
            throw new BlobNotFoundException(document.Digest, _reference.Name);
        }
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<Descriptor>> ReadReferrersAsync(Digest subject, CancellationToken ct) =>
        [.. (await client.ListReferrersAsync(_reference.WithDigest(subject), artifactType: null, ct).ConfigureAwait(false)).Select(static m => m with { Annotations = null })];
}
