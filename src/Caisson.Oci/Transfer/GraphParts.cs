using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Transfer;

/// <summary>A graph as what layouts hold: blobs alone.</summary>
internal static class GraphParts
{
    /// <summary>The blobs, then the documents in their order.</summary>
    public static IEnumerable<(Descriptor Blob, IBlobSource Source)> Of(ImageGraph graph) => graph.Blobs.Select(static b => (b.Blob, b.Source))
        .Concat(graph.InOrder().Select(static d => (d.Descriptor, (IBlobSource)new MemoryBlobSource(d.Descriptor.Digest, d.Content))));
}
