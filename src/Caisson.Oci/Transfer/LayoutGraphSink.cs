using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Oci.Transfer;

/// <summary>A name in an OCI image layout that is a directory.</summary>
public sealed class LayoutGraphSink : IGraphSink
{
    private readonly OciLayout _layout;
    private readonly Func<Descriptor, CancellationToken, Task> _tag;

    /// <summary>Gives the name that a reference has in a layout.</summary>
    public LayoutGraphSink(OciLayout layout, Reference name)
    {
        _layout = layout;
        _tag = (root, ct) => layout.TagAsync(root, name.WithDefaultTag(), ct);
    }

    /// <summary>Gives exactly this name, as <c>oci:DIR:NAME</c> of other tools does; null lists without a name.</summary>
    public LayoutGraphSink(OciLayout layout, string? refName)
    {
        _layout = layout;
        _tag = (root, ct) => refName is null ? layout.TagAsync(root, name: null, ct) : layout.TagByRefNameAsync(root, refName, ct);
    }

    /// <inheritdoc/>
    public async Task WriteAsync(ImageGraph graph, CancellationToken ct)
    {
        graph.RequireWhole();
        await _layout.AddBlobsAsync(GraphParts.Of(graph), ct).ConfigureAwait(false);
        foreach (Descriptor referrer in graph.Referrers)
            await _layout.TagAsync(referrer, name: null, ct).ConfigureAwait(false);
        await _tag(graph.Root with { Annotations = null }, ct).ConfigureAwait(false);
    }
}
