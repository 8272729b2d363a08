using System.Collections.Immutable;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;
using Caisson.Oci.Transfer;

namespace Caisson.Oci.Editing;

/// <summary>Writes the manifests and indexes of a graph in the other of the two formats. Configurations and layers keep their bytes.</summary>
/// <remarks>image-spec v1.1.1, media-types.md, "Compatibility Matrix"; Docker image manifest version 2, schema 2.</remarks>
public static class FormatConversion
{

    /// <summary>Converts a graph; what is in the format already stays as it is.</summary>
    /// <exception cref="TransferException">The format has no word for something in it.</exception>
    public static EditedGraph Convert(ImageGraph graph, ImageFormat format)
    {
        graph.RequireWhole();
        Dictionary<Digest, GraphDocument> converted = [];
        List<GraphBlob> blobs = [.. graph.Blobs];
        int leftOut = 0;
        foreach (GraphDocument document in graph.InOrder().Where(d => graph.Referrers.All(r => r.Digest != d.Descriptor.Digest)))
        {
            if (document.IsIndex)
                converted[document.Descriptor.Digest] = Convert(document, format, converted, ref leftOut);
            else if (ImageKinds.IsImage(document.ReadManifest()))
                converted[document.Descriptor.Digest] = Convert(graph.Place, document, format);
            else if (format == ImageFormat.Oci)
                converted[document.Descriptor.Digest] = document;
            else if (document.Descriptor.Digest == graph.Root.Digest)
                throw new TransferException(TransferProblem.FormatLacks, $"{graph.Place} is an artifact, which Docker's format has no word for", "leave --format=docker out");
        }
        GraphDocument root = converted[graph.Root.Digest];
        if (root.Descriptor.Digest == graph.Root.Digest)
            return new EditedGraph(graph, []);
        ImageGraph whole = new ImageGraph(graph.Place, root.Descriptor, converted.Values, blobs).WithRoot(root);
        ImmutableArray<string> notes = leftOut == 0 ? [] : [$"{leftOut} {(leftOut == 1 ? "attestation or artifact" : "attestations or artifacts")}: Docker's format has no word for them"];
        return new EditedGraph(whole, graph.Referrers.IsEmpty ? notes : [.. notes, $"{graph.Referrers.Length} referrers: they speak of the other digests"]);
    }

    /// <summary>OCI's name for a layer's media type; other types stay as they are.</summary>
    internal static string OciTypeOf(string mediaType) => mediaType switch
    {
        MediaTypes.DockerLayer => MediaTypes.OciLayer,
        MediaTypes.DockerLayerGzip => MediaTypes.OciLayerGzip,
        MediaTypes.DockerForeignLayerGzip => MediaTypes.OciNondistributableLayer + "+gzip",
        MediaTypes.DockerLayerZstd => MediaTypes.OciLayerZstd,
        MediaTypes.DockerConfig => MediaTypes.OciConfig,
        _ => mediaType,
    };

    private static string DockerTypeOf(string place, string mediaType) => mediaType switch
    {
        MediaTypes.OciLayerZstd or MediaTypes.DockerLayerZstd => throw new TransferException(TransferProblem.FormatLacks, $"{place} has a layer compressed with zstd, which Docker's format has no word for", "leave --format=docker out"),
        MediaTypes.OciConfig => MediaTypes.DockerConfig,
        MediaTypes.OciLayer => MediaTypes.DockerLayer,
        _ when CompressionFormat.OfMediaType(mediaType) == Compression.Gzip => mediaType.Contains("nondistributable", StringComparison.Ordinal) ? MediaTypes.DockerForeignLayerGzip : MediaTypes.DockerLayerGzip,
        _ => mediaType,
    };

    private static GraphDocument Convert(string place, GraphDocument document, ImageFormat format)
    {
        ImageManifest manifest = document.ReadManifest();
        string TypeOf(string mediaType) => format == ImageFormat.Oci ? OciTypeOf(mediaType) : DockerTypeOf(place, mediaType);
        string own = format == ImageFormat.Oci ? MediaTypes.OciManifest : MediaTypes.DockerManifest;
        bool isSame = document.Descriptor.MediaType == own && manifest.Layers.Append(manifest.Config).All(b => TypeOf(b.MediaType) == b.MediaType);
        if (isSame)
            return document;
        // Docker's format has no annotations and no subject.
        ImageManifest converted = manifest with
        {
            MediaType = own,
            Config = Bare(manifest.Config, format) with { MediaType = TypeOf(manifest.Config.MediaType) },
            Layers = [.. manifest.Layers.Select(l => Bare(l, format) with { MediaType = TypeOf(l.MediaType) })],
            Annotations = format == ImageFormat.Oci ? manifest.Annotations : null,
            Subject = format == ImageFormat.Oci ? manifest.Subject : null,
        };
        byte[] content = OciJson.Write(converted);
        return new GraphDocument(Descriptor.Of(own, content), content);
    }

    private static GraphDocument Convert(GraphDocument document, ImageFormat format, Dictionary<Digest, GraphDocument> converted, ref int leftOut)
    {
        ImageIndex index = document.ReadIndex();
        string own = format == ImageFormat.Oci ? MediaTypes.OciIndex : MediaTypes.DockerIndex;
        List<Descriptor> entries = [];
        foreach (Descriptor entry in index.Manifests)
        {
            bool isBeside = ImageKinds.IsBeside(entry) || !converted.ContainsKey(entry.Digest);
            if (format == ImageFormat.Docker && isBeside)
                leftOut++;
            else
                entries.Add(Renamed(entry, format, converted));
        }
        if (document.Descriptor.MediaType == own && entries.SequenceEqual(index.Manifests))
            return document;
        return GraphDocument.Of(index with
        {
            MediaType = own,
            Manifests = [.. entries],
            Annotations = format == ImageFormat.Oci ? index.Annotations : null,
            Subject = format == ImageFormat.Oci ? index.Subject : null,
        });
    }

    // The entry of the converted manifest; what it speaks of has a new digest too.
    private static Descriptor Renamed(Descriptor entry, ImageFormat format, Dictionary<Digest, GraphDocument> converted)
    {
        Descriptor renamed = converted.TryGetValue(entry.Digest, out GraphDocument? document) && document.Descriptor.Digest != entry.Digest
            ? Bare(entry, format) with { MediaType = document.Descriptor.MediaType, Digest = document.Descriptor.Digest, Size = document.Descriptor.Size }
            : entry;
        bool speaks = entry.Annotations?.GetValueOrDefault(ImageKinds.SubjectAnnotation) is { } text && Digest.TryParse(text, out Digest? subject)
            && converted.TryGetValue(subject, out document) && document.Descriptor.Digest != subject;
        return speaks && document is not null
            ? renamed with { Annotations = entry.Annotations?.SetItem(ImageKinds.SubjectAnnotation, document.Descriptor.Digest.Value) }
            : renamed;
    }

    private static Descriptor Bare(Descriptor descriptor, ImageFormat format) => format == ImageFormat.Oci ? descriptor : descriptor with { Annotations = null };
}
