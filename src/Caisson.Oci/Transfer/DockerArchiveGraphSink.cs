using Caisson.Oci.DockerArchive;
using Caisson.Oci.Images;

namespace Caisson.Oci.Transfer;

/// <summary>A tar file for <c>docker load</c>: one image for one platform.</summary>
/// <param name="output">The stream; not disposed. After a failure it ends without the end of an archive.</param>
/// <param name="options">Names and form of the layers.</param>
public sealed class DockerArchiveGraphSink(Stream output, DockerArchiveOptions options) : IGraphSink
{
    /// <inheritdoc/>
    public async Task WriteAsync(ImageGraph graph, CancellationToken ct)
    {
        graph.RequireWhole();
        if (graph.RootDocument.IsIndex)
            throw new TransferException(TransferProblem.HoldsOneImage, $"{graph.Place} is an index, and a docker archive holds one image for one platform", "choose the image with --platform, or write oci-archive:FILE");
        GraphDocument manifest = graph.RootDocument;
        if (!ImageKinds.IsImage(manifest.ReadManifest()))
            throw new TransferException(TransferProblem.HoldsOneImage, $"{graph.Place} is an artifact, and a docker archive holds an image", "write oci-archive:FILE");
        Image image = await graph.GetImageAsync(manifest.Descriptor, ct).ConfigureAwait(false);
        await new DockerArchiveSink(output, options).WriteAsync(image, ct).ConfigureAwait(false);
    }
}
