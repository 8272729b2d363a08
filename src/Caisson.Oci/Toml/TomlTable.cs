using System.Collections.Immutable;

namespace Caisson.Oci.Toml;

/// <summary>The lines below one header.</summary>
/// <param name="Name">The header, its parts joined by dots; empty for the lines before the first.</param>
/// <param name="IsElement">Whether the header is in double brackets, so that each begins another element of a list.</param>
/// <param name="Line">The line of the header, from 1.</param>
/// <param name="Values">The values by key.</param>
public sealed record TomlTable(string Name, bool IsElement, int Line, ImmutableDictionary<string, TomlValue> Values);
