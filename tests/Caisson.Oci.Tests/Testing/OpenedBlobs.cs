using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Oci.Tests.Testing;

/// <summary>Remembers which blobs were opened: those that are sent, as opposed to those that are mounted or there already.</summary>
internal sealed class OpenedBlobs : IBlobObserver
{
    private readonly List<Digest> _blobs = [];

    /// <summary>The blobs, in order.</summary>
    public IReadOnlyList<Digest> Blobs
    {
        get
        {
            lock (_blobs)
                return [.. _blobs];
        }
    }

    /// <summary>The same image, its layers watched.</summary>
    public Image Watch(Image image) =>
        Image.Read(image.Descriptor.MediaType, image.ManifestBytes.ToArray(), image.ConfigBytes.ToArray(), new WatchedBlobs(image.Layers[0].Source, this));

    public void Opened(Descriptor blob)
    {
        lock (_blobs)
            _blobs.Add(blob.Digest);
    }

    public void Read(Descriptor blob, long totalBytes)
    {
    }
}
