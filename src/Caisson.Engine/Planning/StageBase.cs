using Caisson.Engine.Graph;
using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>What a stage begins with: an image, or what another stage came to.</summary>
/// <param name="Files">Its file system.</param>
/// <param name="Config">The configuration of its image, but for the layers of a stage.</param>
internal sealed record StageBase(Node Files, ImageConfig Config)
{
    /// <summary>The id of the image; null for a stage, whose image nobody has made yet.</summary>
    public Digest? ImageId { get; init; }

    /// <summary>How many layers a file system has on top of it.</summary>
    public int CountAbove(Node result)
    {
        int count = 0;
        for (Node? node = result; node is not null && node.Digest != Files.Digest; node = node.Inputs.FirstOrDefault())
            count++;
        return count;
    }
}
