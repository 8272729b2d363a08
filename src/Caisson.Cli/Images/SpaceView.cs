using Caisson.Oci.Contents;
using Caisson.Oci.Images;

namespace Caisson.Cli.Images;

/// <summary>What is shown of the space that an image takes.</summary>
/// <param name="Place">Where the image is.</param>
/// <param name="Image">The image.</param>
/// <param name="Use">What it holds.</param>
/// <param name="Depth">How deep directories are shown.</param>
/// <param name="Top">How many lines each list has.</param>
internal sealed record SpaceView(string Place, Image Image, SpaceUse Use, int Depth, int Top);
