using System.Collections.Immutable;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Imaging;

/// <summary>How a layer came to be.</summary>
internal abstract record LayerOrigin
{
    private LayerOrigin()
    {
    }

    /// <summary>It is a layer of an image: its blob can be read from the start.</summary>
    /// <param name="Blob">The blob.</param>
    /// <param name="ChainId">Names it together with the layers below it.</param>
    public sealed record FromImage(ImageLayer Blob, Digest ChainId) : LayerOrigin;

    /// <summary>A program wrote it: its directory is in the store from the start.</summary>
    public sealed record Written : LayerOrigin;

    /// <summary>It was worked out: its list is in the store from the start.</summary>
    /// <param name="Roots">Where the bytes are, in the build that made it; empty later, when a directory or a blob is in the store.</param>
    public sealed record Listed(ImmutableArray<ContentRoot> Roots) : LayerOrigin;
}
