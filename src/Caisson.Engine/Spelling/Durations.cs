using System.Globalization;

namespace Caisson.Engine.Spelling;

/// <summary>Lengths of time as Docker's commands read them, such as <c>24h</c>, <c>1h30m</c> and <c>90s</c>; and days, <c>7d</c>.</summary>
public static class Durations
{
    private const int MaxDays = 36500;

    /// <summary>Reads one: not negative, and not longer than a century.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        double seconds = 0;
        int at = 0;
        while (at < text.Length)
        {
            int start = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
                at++;
            if (!double.TryParse(text.AsSpan(start, at - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
                return false;
            start = at;
            while (at < text.Length && char.IsAsciiLetter(text[at]))
                at++;
            if (SecondsOf(text[start..at]) is not { } unit)
                return false;
            seconds += number * unit;
        }
        if (text.Length == 0 || seconds > TimeSpan.FromDays(MaxDays).TotalSeconds)
            return false;
        duration = TimeSpan.FromSeconds(seconds);
        return true;
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

    private static double? SecondsOf(string unit) => unit switch
    {
        "ms" => 0.001,
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86400,
        _ => null,
    };
}
