using Caisson.Linux.Snapshots;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>A directory whose owners and modes are all in records.</summary>
public sealed class UnpackedWithoutNamespaceTests : LayerTreeContract
{
    private protected override Task<ILayerTree> OpenAsync(params (TarEntry Entry, string Content)[] entries) => UnpackAsync("layer", OverlayMarks.Unmounted, entries);
}
