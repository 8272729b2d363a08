using System.Buffers;
using System.Globalization;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Durations as Go's <c>time.ParseDuration</c> reads them: <c>1h30m</c>, <c>1.5s</c>, <c>500ms</c>, <c>0</c>.</summary>
public static class GoDuration
{
    private const int MaxLength = 64;
    private const int MaxDigits = 20;
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static readonly (string Name, decimal Nanoseconds)[] Units =
    [
        ("ns", 1m), ("us", 1_000m), ("µs", 1_000m), ("μs", 1_000m), ("ms", 1_000_000m),
        ("s", 1_000_000_000m), ("m", 60_000_000_000m), ("h", 3_600_000_000_000m),
    ];

    /// <summary>Reads one, such as <c>1h30m</c> or <c>90s</c>.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        ReadOnlySpan<char> rest = text;
        bool isNegative = rest.StartsWith("-");
        if (isNegative || rest.StartsWith("+"))
            rest = rest[1..];
        if (rest.SequenceEqual("0"))
            return true;
        if (rest.IsEmpty || rest.Length > MaxLength)
            return false;
        decimal total = 0;
        while (!rest.IsEmpty)
        {
            if (!TryReadPart(ref rest, out decimal nanoseconds))
                return false;
            total += nanoseconds;
        }
        if (total > long.MaxValue)
            return false;
        duration = TimeSpan.FromTicks((long)(total / 100) * (isNegative ? -1 : 1));
        return true;
    }

    private static bool TryReadPart(ref ReadOnlySpan<char> rest, out decimal nanoseconds)
    {
        nanoseconds = 0;
        int length = rest.IndexOfAnyExcept(Digits);
        ReadOnlySpan<char> digits = length is <= 0 or > MaxDigits ? [] : rest[..length];
        if (!decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
            return false;
        rest = rest[length..];
        int unitLength = rest.IndexOfAny(Digits);
        ReadOnlySpan<char> unit = unitLength < 0 ? rest : rest[..unitLength];
        foreach ((string name, decimal size) in Units)
        {
            if (!unit.SequenceEqual(name) || number > long.MaxValue / size)
                continue;
            nanoseconds = number * size;
            rest = rest[unit.Length..];
            return true;
        }
        return false;
    }
}
