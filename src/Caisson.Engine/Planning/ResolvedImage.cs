using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>An image that a name stood for when the build began.</summary>
/// <param name="Pinned">The name with the image's digest.</param>
/// <param name="Image">The image.</param>
internal sealed record ResolvedImage(Reference Pinned, Image Image);
