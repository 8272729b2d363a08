
namespace Caisson.Oci.Images;

/// <summary>Blobs that are read through something: what they are read from can still be told, so that a registry may mount instead of being sent them.</summary>
internal interface IWrappedBlobs
{
    /// <summary>What is wrapped.</summary>
    IBlobSource Inner { get; }
}
