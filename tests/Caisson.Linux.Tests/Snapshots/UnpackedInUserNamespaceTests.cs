using Caisson.Linux.Snapshots;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>A directory that keeps in attributes which owners there are, and in records what has none.</summary>
public sealed class UnpackedInUserNamespaceTests : LayerTreeContract
{
    private protected override Task<ILayerTree> OpenAsync(params (TarEntry Entry, string Content)[] entries) => UnpackAsync("layer", OverlayMarks.User, entries);
}
