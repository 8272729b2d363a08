namespace Caisson.Oci.Contents;

/// <summary>A field of manifest or configuration that differs.</summary>
/// <param name="Name">Its place, for example <c>config.Env.PATH</c>.</param>
/// <param name="Old">The JSON or the text of the first image; null when it has none.</param>
/// <param name="New">That of the second.</param>
public sealed record FieldChange(string Name, string? Old, string? New);
