using System.Collections.Immutable;

namespace Caisson.Oci.Toml;

/// <summary>A table: the lines below one header, or what stands in braces.</summary>
/// <param name="Name">The header, its parts joined by dots; empty for the lines before the first.</param>
/// <param name="IsElement">Whether it is an element of a list: the header is in double brackets, or the table in braces in a list of such.</param>
/// <param name="Line">The line of the header, from 1.</param>
/// <param name="Values">The values by key.</param>
public sealed record TomlTable(string Name, bool IsElement, int Line, ImmutableDictionary<string, TomlValue> Values);
