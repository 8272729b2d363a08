using Caisson.Engine.Imaging;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Exporting;

/// <summary>The files of a result for one platform.</summary>
/// <param name="Exported">The result.</param>
/// <param name="Tree">Its files.</param>
/// <param name="Directory">The directory that they go to; empty for the root.</param>
internal sealed record FilesPart(Exportable Exported, MergedTree Tree, string Directory)
{
    /// <summary>The times that they carry.</summary>
    public BlobForm Form => Exported.Form;
}
