using Caisson.Linux.Snapshots;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>A directory made from a list, with owners in attributes.</summary>
public sealed class MaterializedInUserNamespaceTests : LayerTreeContract
{
    private protected override Task<ILayerTree> OpenAsync(params (TarEntry Entry, string Content)[] entries) => MaterializeAsync(OverlayMarks.User, entries);
}
