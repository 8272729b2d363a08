using System.Globalization;

namespace Caisson.Cli.History;

/// <summary>Times that something took, as people read them.</summary>
internal static class Durations
{
    /// <summary>For example <c>0.2s</c>, <c>3m12s</c>.</summary>
    public static string Show(TimeSpan time) => time.TotalMinutes < 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0}s")
        : time.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}m{time.Seconds:00}s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}h{time.Minutes:00}m");
}
