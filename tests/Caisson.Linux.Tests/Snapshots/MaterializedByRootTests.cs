using Caisson.Linux.Snapshots;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>A directory made from a list, whose files belong to their owners.</summary>
public sealed class MaterializedByRootTests : LayerTreeContract
{
    private protected override Task<ILayerTree> OpenAsync(params (TarEntry Entry, string Content)[] entries) => MaterializeAsync(OverlayMarks.Trusted, entries);
}
