using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Imaging;

/// <summary>A layer as a shared cache has it: a blob, and what the blob does not tell.</summary>
/// <param name="Blob">The blob, and where it can be read.</param>
/// <param name="Form">The name of the form that it is in (<see cref="BlobForm.Name"/>).</param>
/// <param name="Content">What the layer holds: the identity of its list.</param>
/// <param name="Times">The times of its entries: those in the blob are those of one image.</param>
/// <param name="From">The cache, as people read it.</param>
internal sealed record RemoteLayer(ImageLayer Blob, string Form, Digest Content, LayerTimes Times, string From)
{
    /// <summary>The name of such a layer in a store.</summary>
    public LayerId Id { get; } = LayerId.OfShared(Content, Blob.DiffId);
}
