using Caisson.Oci.Images;

namespace Caisson.Oci.Contents;

/// <summary>A layer of one of two images, or of both.</summary>
/// <param name="Old">The first image's; null when only the second has it.</param>
/// <param name="New">The second image's; null when only the first has it.</param>
public sealed record LayerPair(ImageLayer? Old, ImageLayer? New);
