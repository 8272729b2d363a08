using Caisson.Linux.Snapshots;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>A directory whose files belong to their owners.</summary>
public sealed class UnpackedByRootTests : LayerTreeContract
{
    private protected override Task<ILayerTree> OpenAsync(params (TarEntry Entry, string Content)[] entries) => UnpackAsync("layer", OverlayMarks.Trusted, entries);
}
