using Caisson.Linux.Snapshots;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Tests.Snapshots;

/// <summary>A list, and a root that the bytes are in.</summary>
public sealed class ListedLayerTests : LayerTreeContract
{
    private protected override async Task<ILayerTree> OpenAsync(params (TarEntry Entry, string Content)[] entries)
    {
        ILayerTree source = await UnpackAsync("source", OverlayMarks.Trusted, entries);
        return new FileListTree(ListOf(source), [new ContentRoot(new MergedTree([source]), "", "")]);
    }
}
