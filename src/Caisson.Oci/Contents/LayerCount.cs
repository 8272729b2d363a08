namespace Caisson.Oci.Contents;

/// <summary>How much a layer holds.</summary>
/// <param name="UncompressedBytes">Of its archive.</param>
/// <param name="Entries">Files, directories and whatever else, whiteouts not counted.</param>
/// <param name="FileBytes">Of its regular files.</param>
internal readonly record struct LayerCount(long UncompressedBytes, int Entries, long FileBytes);
