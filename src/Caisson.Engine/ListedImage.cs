using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>An image under one of its names.</summary>
/// <param name="Name">The name.</param>
/// <param name="Image">The image.</param>
public sealed record ListedImage(Reference Name, Image Image);
