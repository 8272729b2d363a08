using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Reproducing;

/// <summary>A name of a layer that is not the same in two builds.</summary>
/// <param name="Path">Its path.</param>
/// <param name="First">What the layer of the one has there; null for nothing.</param>
/// <param name="Second">The same of the other.</param>
internal sealed record EntryPair(string Path, FileEntry? First, FileEntry? Second);
