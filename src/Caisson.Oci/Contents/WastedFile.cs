namespace Caisson.Oci.Contents;

/// <summary>A file of a layer that no container sees.</summary>
/// <param name="Path">The path, without a slash in front.</param>
/// <param name="SizeBytes">Its bytes, uncompressed.</param>
/// <param name="WrittenBy">The layer that holds it, from 1.</param>
/// <param name="HiddenBy">The layer that hides it, from 1.</param>
/// <param name="How">How.</param>
public sealed record WastedFile(string Path, long SizeBytes, int WrittenBy, int HiddenBy, HidingKind How);
