using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Caisson.Engine.Reproducing;

/// <summary>Tells whether two values are times: one that fits the one build, and one that fits the other.</summary>
/// <param name="first">The one build.</param>
/// <param name="second">The other.</param>
internal sealed partial class TimeSigns(Surroundings first, Surroundings second)
{
    private const int SecondsOfHour = 3600;
    private const int SecondsDigits = 10;

    // What is smaller may be any number.
    private static readonly long Earliest = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    /// <summary>Whether texts hold times that differ.</summary>
    public bool AreTimes(string one, string other) => AreClocks(one, other) || AreNumbers(one, other);

    /// <summary>Whether bytes are times since 1970, in one of the usual widths.</summary>
    /// <param name="one">The bytes of the one, with those around.</param>
    /// <param name="other">The same of the other.</param>
    /// <param name="at">Where they begin to differ in the one.</param>
    /// <param name="otherAt">The same in the other.</param>
    public bool AreBinaryTimes(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, int at, int otherAt)
    {
        for (int before = 0; before < sizeof(long); before++)
        {
            if (at < before || otherAt < before)
                return false;
            ReadOnlySpan<byte> left = one[(at - before)..], right = other[(otherAt - before)..];
            if (before < sizeof(int) && left.Length >= sizeof(int) && right.Length >= sizeof(int)
                && (FitBoth(BinaryPrimitives.ReadUInt32LittleEndian(left), BinaryPrimitives.ReadUInt32LittleEndian(right), 1) || FitBoth(BinaryPrimitives.ReadUInt32BigEndian(left), BinaryPrimitives.ReadUInt32BigEndian(right), 1)))
            {
                return true;
            }
            if (left.Length < sizeof(long) || right.Length < sizeof(long))
                continue;
            if (AreLongs(BinaryPrimitives.ReadInt64LittleEndian(left), BinaryPrimitives.ReadInt64LittleEndian(right)) || AreLongs(BinaryPrimitives.ReadInt64BigEndian(left), BinaryPrimitives.ReadInt64BigEndian(right)))
                return true;
        }
        return false;
    }

    // Milliseconds, microseconds, nanoseconds.
    private bool AreLongs(long one, long other) => FitBoth(one, other, 1000) || FitBoth(one, other, 1_000_000) || FitBoth(one, other, 1_000_000_000);

    private bool AreNumbers(string one, string other)
    {
        MatchCollection left = Number().Matches(one), right = Number().Matches(other);
        for (int i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            if (left[i].Value != right[i].Value && (AreNumber(left[i].Value, right[i].Value) || AreWithinDigits(left[i].Value, right[i].Value)))
                return true;
        }
        return false;
    }

    private bool AreNumber(string one, string other)
    {
        if (one.Length != other.Length)
            return false;
        if (one.Length == 8 && long.TryParse(one, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long hex) && long.TryParse(other, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long otherHex) && FitBoth(hex, otherHex, 1))
            return true;
        if (!long.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out long value) || !long.TryParse(other, NumberStyles.None, CultureInfo.InvariantCulture, out long otherValue))
            return false;
        return one.Length switch
        {
            10 => FitBoth(value, otherValue, 1),
            13 => FitBoth(value, otherValue, 1000),
            14 => IsWritten(other),
            16 => FitBoth(value, otherValue, 1_000_000),
            19 => FitBoth(value, otherValue, 1_000_000_000),
            _ => false,
        };
    }

    // A time that stands between other digits, as texts do side by side in programs.
    private bool AreWithinDigits(string one, string other)
    {
        if (one.Length != other.Length)
            return false;
        int from = one.AsSpan().CommonPrefixLength(other), to = one.Length;
        while (to > from && one[to - 1] == other[to - 1])
            to--;
        for (int start = Math.Max(0, to - SecondsDigits); start <= from && start + SecondsDigits <= one.Length; start++)
        {
            if (AreNumber(one.Substring(start, SecondsDigits), other.Substring(start, SecondsDigits)))
                return true;
        }
        return false;
    }

    // Of the first it is not known when its steps ran: they may have come from the cache.
    private bool FitBoth(long one, long other, long perSecond) =>
        one != other && one / perSecond >= Earliest && one / perSecond <= first.To.ToUnixTimeSeconds() + 1 && other / perSecond >= second.From.ToUnixTimeSeconds() - 1 && other / perSecond <= second.To.ToUnixTimeSeconds() + 1;

    // Year to second, without anything between.
    private bool IsWritten(string digits) =>
        DateTimeOffset.TryParseExact(digits, "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) && IsInHour((time.Minute * 60) + time.Second, hasSeconds: true);

    // Minutes and seconds are the same in nearly every time zone.
    private bool AreClocks(string one, string other)
    {
        MatchCollection left = Clock().Matches(one), right = Clock().Matches(other);
        for (int i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            if (left[i].Value == right[i].Value)
                continue;
            int minutes = int.Parse(right[i].Groups[2].ValueSpan, CultureInfo.InvariantCulture);
            bool hasSeconds = right[i].Groups[3].Success;
            int seconds = hasSeconds ? int.Parse(right[i].Groups[3].ValueSpan, CultureInfo.InvariantCulture) : 0;
            if (IsInHour((minutes * 60) + seconds, hasSeconds))
                return true;
        }
        return false;
    }

    private bool IsInHour(int secondOfHour, bool hasSeconds)
    {
        int slack = hasSeconds ? 1 : 60;
        long from = second.From.ToUnixTimeSeconds() - slack, to = second.To.ToUnixTimeSeconds() + slack;
        if (to - from >= SecondsOfHour)
            return true;
        long since = ((secondOfHour - from) % SecondsOfHour + SecondsOfHour) % SecondsOfHour;
        return since <= to - from;
    }

    [GeneratedRegex("(?<![0-9a-fA-F])[0-9a-fA-F]{8}(?![0-9a-fA-F])|[0-9]+")]
    private static partial Regex Number();

    [GeneratedRegex("(?<![0-9])([0-9]{1,2}):([0-5][0-9])(?::([0-5][0-9]))?")]
    private static partial Regex Clock();
}
