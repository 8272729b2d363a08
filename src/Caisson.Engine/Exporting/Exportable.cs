using Caisson.Engine.Imaging;
using Caisson.Oci.Model;

namespace Caisson.Engine.Exporting;

/// <summary>A result, ready to become whatever is asked for.</summary>
/// <param name="Config">The configuration of its image, but for the layers.</param>
/// <param name="Files">Its files.</param>
/// <param name="Form">How its layers become blobs.</param>
internal sealed record Exportable(ImageConfig Config, FilesystemState Files, BlobForm Form);
