using Caisson.Oci.Model;
using Caisson.Oci.Registry;

namespace Caisson.Oci.Transfer;

/// <summary>A name in a registry: blobs first, several at a time, those that are there not at all; then the documents, the name last.</summary>
/// <param name="client">Not disposed.</param>
/// <param name="target">The name; without tag and digest, the tag <c>latest</c>.</param>
public sealed class RegistryGraphSink(RegistryClient client, Reference target) : IGraphSink
{
    private readonly Reference _target = target.WithDefaultTag();

    /// <inheritdoc/>
    /// <exception cref="RegistryException">The registry could not be asked, or refused.</exception>
    public async Task WriteAsync(ImageGraph graph, CancellationToken ct)
    {
        graph.RequireWhole();
        if (_target.Digest is { } pinned && pinned != graph.Root.Digest)
            throw new TransferException(TransferProblem.DigestChanges, $"{graph.Place} is {graph.Root.Digest}, and {_target.Familiar} would be something else", "write a tag, or no digest");
        await client.PushBlobsAsync(_target, [.. graph.Blobs.Select(static b => (b.Blob, b.Source))], ct).ConfigureAwait(false);
        // Who sees the name sees all that belongs to it: signatures go before what they sign.
        foreach ((GraphDocument document, bool isNamed) in graph.InOrder().Select(d => (Document: d, IsNamed: d.Descriptor.Digest == graph.Root.Digest)).OrderBy(static d => d.IsNamed))
        {
            Reference name = isNamed ? _target : _target.WithoutTag().WithDigest(document.Descriptor.Digest);
            await client.PushManifestAsync(name, document.Descriptor.MediaType, document.Content, ct).ConfigureAwait(false);
        }
    }
}
