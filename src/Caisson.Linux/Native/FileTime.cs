using System.Globalization;

namespace Caisson.Linux.Native;

/// <summary>A time as the kernel keeps it.</summary>
/// <param name="Seconds">Seconds since 1970-01-01 UTC; negative before.</param>
/// <param name="Nanoseconds">0 to 999,999,999, added to the seconds.</param>
public readonly record struct FileTime(long Seconds, int Nanoseconds)
{
    private const int NanosecondsPerTick = 100;

    /// <summary>Whether this time comes before another one.</summary>
    public bool IsBefore(FileTime other) => Seconds < other.Seconds || (Seconds == other.Seconds && Nanoseconds < other.Nanoseconds);

    /// <summary>This time, or the limit when this one is later.</summary>
    public FileTime NoLaterThan(FileTime limit) => limit.IsBefore(this) ? limit : this;

    /// <summary>The time as the kernel keeps it.</summary>
    public static FileTime Of(DateTimeOffset time)
    {
        long ticks = (time - DateTimeOffset.UnixEpoch).Ticks;
        long seconds = ticks >= 0 ? ticks / TimeSpan.TicksPerSecond : (ticks - TimeSpan.TicksPerSecond + 1) / TimeSpan.TicksPerSecond;
        return new FileTime(seconds, (int)(ticks - (seconds * TimeSpan.TicksPerSecond)) * NanosecondsPerTick);
    }

    /// <summary>This time, in UTC, to the 100 nanoseconds.</summary>
    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.FromUnixTimeSeconds(Seconds).AddTicks(Nanoseconds / NanosecondsPerTick);

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="InvalidDataException">The text is no time.</exception>
    public static FileTime Parse(string text) =>
        text.Split(' ') is [var seconds, var nanoseconds]
        && long.TryParse(seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long s)
        && int.TryParse(nanoseconds, NumberStyles.None, CultureInfo.InvariantCulture, out int n)
            ? new FileTime(s, n)
            : throw new InvalidDataException($"\"{text}\" is no time");

    /// <summary>Seconds and nanoseconds, with a blank between them.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seconds} {Nanoseconds}");
}
