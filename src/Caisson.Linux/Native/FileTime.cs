namespace Caisson.Linux.Native;

/// <summary>A time as the kernel keeps it.</summary>
/// <param name="Seconds">Seconds since 1970-01-01 UTC; negative before.</param>
/// <param name="Nanoseconds">0 to 999,999,999, added to the seconds.</param>
public readonly record struct FileTime(long Seconds, int Nanoseconds)
{
    /// <summary>This time, or the limit when this one is later.</summary>
    public FileTime NoLaterThan(FileTime limit) =>
        Seconds > limit.Seconds || (Seconds == limit.Seconds && Nanoseconds > limit.Nanoseconds) ? limit : this;
}
