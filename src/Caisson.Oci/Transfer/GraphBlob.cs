using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Transfer;

/// <summary>A blob that a manifest names, and where it can be read.</summary>
/// <param name="Blob">The blob.</param>
/// <param name="Source">Where it can be read.</param>
public sealed record GraphBlob(Descriptor Blob, IBlobSource Source);
