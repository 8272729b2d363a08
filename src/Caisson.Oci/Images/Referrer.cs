using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Oci.Images;

/// <summary>Something that is said of an image, stored beside it: a manifest of its own that names the image's as its subject. The image's digest does not change.</summary>
/// <remarks>image-spec v1.1.1, manifest.md, "Guidelines for Artifact Usage"; distribution-spec v1.1.1, "Listing Referrers".</remarks>
public sealed class Referrer
{
    // What an artifact without a configuration has in its place.
    private static readonly byte[] Empty = "{}"u8.ToArray();

    private Referrer(Descriptor descriptor, ReadOnlyMemory<byte> manifestBytes, Descriptor blob, ReadOnlyMemory<byte> content)
    {
        Descriptor = descriptor;
        ManifestBytes = manifestBytes;
        Blob = blob;
        Content = content;
    }

    /// <summary>Names the manifest, with its artifact type.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>The manifest's exact bytes.</summary>
    public ReadOnlyMemory<byte> ManifestBytes { get; }

    /// <summary>Names what is said.</summary>
    public Descriptor Blob { get; }

    /// <summary>What is said.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>Makes one.</summary>
    /// <param name="subject">The manifest or index that something is said of.</param>
    /// <param name="artifactType">What kind of thing it is.</param>
    /// <param name="mediaType">The media type of what is said.</param>
    /// <param name="content">What is said.</param>
    /// <param name="annotations">Annotations of the manifest; lists of referrers show them. Null for none.</param>
    public static Referrer Create(Descriptor subject, string artifactType, string mediaType, ReadOnlyMemory<byte> content, ImmutableSortedDictionary<string, string>? annotations)
    {
        Descriptor blob = Descriptor.Of(mediaType, content.Span);
        ImageManifest manifest = new()
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            ArtifactType = artifactType,
            Config = Descriptor.Of(MediaTypes.OciEmpty, Empty),
            Layers = [blob],
            Subject = new Descriptor { MediaType = subject.MediaType, Digest = subject.Digest, Size = subject.Size },
            Annotations = annotations,
        };
        byte[] bytes = OciJson.Write(manifest);
        return new Referrer(Descriptor.Of(MediaTypes.OciManifest, bytes) with { ArtifactType = artifactType }, bytes, blob, content);
    }

    /// <summary>What it consists of, the manifest last.</summary>
    internal IEnumerable<(Descriptor Blob, IBlobSource Source)> Blobs() => Parts().Append((Descriptor, new MemoryBlobSource(Descriptor.Digest, ManifestBytes)));

    /// <summary>What its manifest names.</summary>
    internal ImmutableArray<(Descriptor Blob, IBlobSource Source)> Parts()
    {
        Descriptor empty = Descriptor.Of(MediaTypes.OciEmpty, Empty);
        return [(empty, new MemoryBlobSource(empty.Digest, Empty)), (Blob, new MemoryBlobSource(Blob.Digest, Content))];
    }
}
