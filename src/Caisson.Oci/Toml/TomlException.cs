namespace Caisson.Oci.Toml;

/// <summary>A text is no TOML, or says something that cannot be meant.</summary>
/// <param name="message">What is wrong, as a sentence for the user.</param>
/// <param name="line">The line, from 1.</param>
/// <param name="column">The column, from 1.</param>
public sealed class TomlException(string message, int line, int column) : FormatException(message)
{
    /// <summary>The line, from 1.</summary>
    public int Line => line;

    /// <summary>The column, from 1.</summary>
    public int Column => column;
}
