namespace Caisson.Dockerfile.Syntax;

/// <summary>A pair of ENV or LABEL.</summary>
/// <param name="Key">The name, quotes unresolved.</param>
/// <param name="Value">The value, quotes and variables unresolved; may be empty.</param>
/// <param name="IsLegacy">True for the old form <c>ENV name value</c>, whose value is the rest of the line.</param>
public sealed record KeyValue(Word Key, Word Value, bool IsLegacy);
