using System.Collections.Immutable;
using System.Text;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Oci.Tests.Testing;

/// <summary>Graphs as builders and signers make them: several platforms, attestations, an entry of an unknown kind, a referrer.</summary>
internal static class TestGraphs
{
    /// <summary>An index over the images, with an attestation of the first and a blob that no specification knows.</summary>
    public static ImageGraph Index(params ReadOnlySpan<Image> images)
    {
        List<Descriptor> entries = [];
        List<GraphDocument> documents = [];
        List<GraphBlob> blobs = [];
        foreach (Image image in images)
        {
            ImageGraph part = ImageGraph.Of("test", image);
            documents.AddRange(part.Documents);
            blobs.AddRange(part.Blobs);
            entries.Add(image.Descriptor);
        }
        (GraphDocument attestation, GraphBlob[] parts) = Attestation();
        documents.Add(attestation);
        blobs.AddRange(parts);
        entries.Add(attestation.Descriptor with
        {
            Platform = new Platform { Os = "unknown", Architecture = "unknown" },
            Annotations = ImmutableSortedDictionary<string, string>.Empty.Add(ImageKinds.SubjectAnnotation, images[0].Descriptor.Digest.Value).Add(ImageKinds.TypeAnnotation, "attestation-manifest"),
        });
        GraphBlob strange = Blob("application/vnd.example.strange", "strange");
        blobs.Add(strange);
        entries.Add(strange.Blob);
        GraphDocument index = GraphDocument.Of(new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = [.. entries] });
        return new ImageGraph("test", index.Descriptor, documents.Prepend(index), blobs);
    }

    /// <summary>The same graph with a signature of its root or of another part, which it does not name.</summary>
    public static ImageGraph Signed(ImageGraph graph, Descriptor? subject = null)
    {
        GraphBlob empty = Blob("application/vnd.oci.empty.v1+json", "{}");
        GraphBlob signature = Blob("application/vnd.example.signature", "signed");
        byte[] content = OciJson.Write(new ImageManifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            ArtifactType = "application/vnd.example.signature",
            Config = empty.Blob,
            Layers = [signature.Blob],
            Subject = subject ?? graph.Root,
        });
        GraphDocument document = new(Descriptor.Of(MediaTypes.OciManifest, content), content);
        return new ImageGraph("test", graph.Root, graph.Documents.Append(document), [.. graph.Blobs, empty, signature]) { Referrers = [.. graph.Referrers, document.Descriptor] };
    }

    private static (GraphDocument Document, GraphBlob[] Blobs) Attestation()
    {
        GraphBlob config = Blob(MediaTypes.OciConfig, """{"architecture":"unknown","os":"unknown","rootfs":{"type":"layers","diff_ids":[]}}""");
        GraphBlob statement = Blob("application/vnd.in-toto+json", "{}");
        byte[] content = OciJson.Write(new ImageManifest { SchemaVersion = 2, MediaType = MediaTypes.OciManifest, Config = config.Blob, Layers = [statement.Blob] });
        return (new GraphDocument(Descriptor.Of(MediaTypes.OciManifest, content), content), [config, statement]);
    }

    private static GraphBlob Blob(string mediaType, string text)
    {
        BytesSource source = new();
        return new GraphBlob(source.Add(mediaType, Encoding.UTF8.GetBytes(text)), source);
    }
}
