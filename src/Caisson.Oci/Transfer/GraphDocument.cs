using Caisson.Oci.Model;

namespace Caisson.Oci.Transfer;

/// <summary>A manifest or an index with its exact bytes.</summary>
/// <param name="Descriptor">Names it.</param>
/// <param name="Content">The bytes that the digest names; never written anew.</param>
public sealed record GraphDocument(Descriptor Descriptor, ReadOnlyMemory<byte> Content)
{
    /// <summary>Whether it is an index.</summary>
    public bool IsIndex => MediaTypes.IsIndex(Descriptor.MediaType);

    /// <summary>The index.</summary>
    /// <exception cref="InvalidImageException">It is not one.</exception>
    public ImageIndex ReadIndex() => OciJson.ReadIndex(Content.Span);

    /// <summary>The manifest.</summary>
    /// <exception cref="InvalidImageException">It is not one.</exception>
    public ImageManifest ReadManifest() => OciJson.ReadManifest(Content.Span);

    /// <summary>Writes an index.</summary>
    /// <param name="index">The index; its media type is the document's.</param>
    public static GraphDocument Of(ImageIndex index)
    {
        byte[] content = OciJson.Write(index);
        return new GraphDocument(Descriptor.Of(index.MediaType ?? MediaTypes.OciIndex, content), content);
    }
}
