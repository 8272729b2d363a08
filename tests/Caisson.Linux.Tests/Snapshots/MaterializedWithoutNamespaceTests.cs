using Caisson.Linux.Snapshots;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>A directory made from a list that alone says the owners.</summary>
public sealed class MaterializedWithoutNamespaceTests : LayerTreeContract
{
    private protected override Task<ILayerTree> OpenAsync(params (TarEntry Entry, string Content)[] entries) => MaterializeAsync(OverlayMarks.Unmounted, entries);
}
