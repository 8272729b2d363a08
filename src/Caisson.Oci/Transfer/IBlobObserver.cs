using Caisson.Oci.Model;

namespace Caisson.Oci.Transfer;

/// <summary>Told how blobs are read. Several at the same time: must be thread-safe and quick.</summary>
public interface IBlobObserver
{
    /// <summary>Reading begins. A transfer that broke may begin again.</summary>
    void Opened(Descriptor blob);

    /// <summary>So many bytes of it have been read in all.</summary>
    void Read(Descriptor blob, long totalBytes);
}
