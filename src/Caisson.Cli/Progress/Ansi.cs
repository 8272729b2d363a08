namespace Caisson.Cli.Progress;

/// <summary>The control sequences that the progress display uses.</summary>
/// <remarks>ECMA-48: SGR, CUU, ED.</remarks>
internal static class Ansi
{
    public const string Reset = "\e[0m";
    public const string Bold = "\e[1m";
    public const string Dim = "\e[2m";
    public const string Red = "\e[31m";
    public const string Green = "\e[32m";
    public const string Yellow = "\e[33m";
    public const string Blue = "\e[34m";

    /// <summary>Clears from the cursor to the end of the screen.</summary>
    public const string ClearBelow = "\e[J";

    /// <summary>Clears from the cursor to the end of the line.</summary>
    public const string ClearLine = "\e[K";

    /// <summary>Moves the cursor to the first column, some lines up.</summary>
    public static string Up(int lines) => lines == 0 ? "\r" : $"\r\e[{lines}A";
}
