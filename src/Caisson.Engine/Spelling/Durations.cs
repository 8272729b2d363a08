using System.Globalization;
using Caisson.Dockerfile.Parsing;

namespace Caisson.Engine.Spelling;

/// <summary>Lengths of time as Docker's commands read them, such as <c>24h</c>, <c>1h30m</c> and <c>90s</c>; and days, <c>7d</c>.</summary>
public static class Durations
{
    private const int MaxDays = 36500;

    /// <summary>Reads one: not negative, and not longer than a century.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        string[] parts = text.Split('d', 2);
        double days = 0;
        if (parts.Length == 2 && !(double.TryParse(parts[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out days) && days <= MaxDays))
            return false;
        TimeSpan rest = TimeSpan.Zero;
        if (parts is not [_, ""] && !GoDuration.TryParse(parts[^1], out rest))
            return false;
        duration = TimeSpan.FromDays(days) + rest;
        return rest >= TimeSpan.Zero && duration <= TimeSpan.FromDays(MaxDays);
    }

    /// <summary>How long ago something was, in the largest unit of which there is one.</summary>
    public static string Ago(TimeSpan age) => age switch
    {
        { TotalDays: >= 1 } => Count((int)age.TotalDays, "day"),
        { TotalHours: >= 1 } => Count((int)age.TotalHours, "hour"),
        { TotalMinutes: >= 1 } => Count((int)age.TotalMinutes, "minute"),
        _ => Count(Math.Max(0, (int)age.TotalSeconds), "second"),
    };

    private static string Count(int number, string unit) => $"{number} {unit}{(number == 1 ? "" : "s")} ago";
}
