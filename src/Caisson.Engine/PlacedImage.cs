using Caisson.Oci.Images;

namespace Caisson.Engine;

/// <summary>An image, and where it was found.</summary>
/// <param name="Place">The place, with its transport.</param>
/// <param name="Image">The image.</param>
public sealed record PlacedImage(string Place, Image Image);
