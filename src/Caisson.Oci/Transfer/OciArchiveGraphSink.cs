using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Oci.Transfer;

/// <summary>A tar file with an OCI image layout. The bytes depend on the graph and the name alone.</summary>
/// <param name="output">The stream; not disposed. After a failure it ends without the end of an archive.</param>
/// <param name="refName">The name in the layout, exactly; null for none.</param>
public sealed class OciArchiveGraphSink(Stream output, string? refName) : IGraphSink
{
    /// <inheritdoc/>
    public Task WriteAsync(ImageGraph graph, CancellationToken ct)
    {
        graph.RequireWhole();
        ImageIndex index = new() { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = [] };
        index = LayoutNames.AddExact(index, graph.Root with { Annotations = null }, refName);
        foreach (Descriptor referrer in graph.Referrers)
            index = LayoutNames.Add(index, referrer, null);
        return OciArchiveSink.WriteAsync(new ArchiveOutput(output), GraphParts.Of(graph), index, ct);
    }
}
