using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Exporting;

/// <summary>A file that is exported beside those of the result.</summary>
/// <param name="Path">Its path among them.</param>
/// <param name="SourcePath">The file that holds its content now.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Time">The time that it carries.</param>
internal sealed record AttachedFile(string Path, string SourcePath, long SizeBytes, FileTime Time)
{
    private const int Mode = 0x1A4; // 0644

    /// <summary>Its entry.</summary>
    public FileEntry Entry => new() { Path = Path, Kind = EntryKind.File, Mode = Mode, SizeBytes = SizeBytes, Modified = Time };
}
