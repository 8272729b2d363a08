using Caisson.Linux.Snapshots;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Imaging;

/// <summary>Everything that a layer holds, ready to be read in order.</summary>
/// <param name="Entries">The entries, in the order of a list.</param>
/// <param name="Open">Opens the file of an entry.</param>
/// <param name="CanChange">Whether a file may change meanwhile, so that its bytes are compared with its digest.</param>
internal sealed record LayerContent(IEnumerable<FileEntry> Entries, Func<FileEntry, SafeFileHandle> Open, bool CanChange)
{
    /// <summary>Whether an open file is known, without being read, to hold what its entry says (<see cref="IFileTree.IsKnownToHold"/>).</summary>
    public Func<FileEntry, SafeFileHandle, bool> IsKnown { get; init; } = (_, _) => !CanChange;
}
