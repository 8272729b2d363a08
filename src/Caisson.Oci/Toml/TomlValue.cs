using System.Collections.Immutable;

namespace Caisson.Oci.Toml;

/// <summary>A value, and where it stands.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
public abstract record TomlValue(int Line, int Column)
{
    /// <summary>A string.</summary>
    public sealed record Text(string Value, int Line, int Column) : TomlValue(Line, Column);

    /// <summary>True or false.</summary>
    public sealed record Truth(bool Value, int Line, int Column) : TomlValue(Line, Column);

    /// <summary>A whole number.</summary>
    public sealed record Number(long Value, int Line, int Column) : TomlValue(Line, Column);

    /// <summary>A list.</summary>
    public sealed record List(ImmutableArray<TomlValue> Values, int Line, int Column) : TomlValue(Line, Column);

    /// <summary>A value of a kind that no setting has: a fraction, a date, a table within a list of other things.</summary>
    public sealed record Other(int Line, int Column) : TomlValue(Line, Column);
}
