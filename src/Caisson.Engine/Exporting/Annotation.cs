using Caisson.Oci.Model;

namespace Caisson.Engine.Exporting;

/// <summary>A fact that an image says of itself.</summary>
/// <param name="Level">Where it stands.</param>
/// <param name="Platform">The platform whose image it is for; null for each.</param>
/// <param name="Key">Its name.</param>
/// <param name="Value">What it says.</param>
/// <remarks>image-spec v1.1.1, annotations.md.</remarks>
public sealed record Annotation(AnnotationLevel Level, Platform? Platform, string Key, string Value);
