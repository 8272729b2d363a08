using System.Globalization;

namespace Caisson.Cli.Progress;

/// <summary>Sizes as people read them: decimal, as Docker shows them.</summary>
internal static class Bytes
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB"];

    /// <summary>For example <c>12.3MB</c>.</summary>
    public static string Show(long bytes)
    {
        double value = bytes;
        int unit = 0;
        for (; value >= 1000 && unit < Units.Length - 1; unit++)
            value /= 1000;
        return unit == 0 ? $"{bytes}B" : string.Create(CultureInfo.InvariantCulture, $"{value:0.0}{Units[unit]}");
    }
}
