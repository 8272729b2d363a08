namespace Caisson.Oci.Transfer;

/// <summary>A place that a graph can be written to as it is. A failed write leaves nothing under the name, but blobs that the next write finds.</summary>
public interface IGraphSink
{
    /// <summary>Writes what is not there yet and then the name; returns when all is there.</summary>
    /// <exception cref="TransferException">The place cannot hold such a graph, or parts of the graph are missing.</exception>
    Task WriteAsync(ImageGraph graph, CancellationToken ct);
}
