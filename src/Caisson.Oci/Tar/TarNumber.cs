namespace Caisson.Oci.Tar;

/// <summary>The ways in which tar archives write numbers. Every one fails on overflow.</summary>
internal static class TarNumber
{
    private const byte Base256Mark = 0x80;
    private const byte Base256Sign = 0x40;

    /// <summary>Reads a field of a header: octal digits between spaces and NULs, or GNU's base 256. An empty field is 0.</summary>
    /// <remarks>GNU tar manual, "Extensions": the first bit marks base 256, what follows is a big-endian two's complement.</remarks>
    public static bool TryParseField(ReadOnlySpan<byte> field, out long value) =>
        (field[0] & Base256Mark) != 0 ? TryParseBase256(field, out value) : TryParseOctal(field.Trim(" \0"u8), out value);

    /// <summary>Reads decimal digits, nothing else.</summary>
    public static bool TryParseDecimal(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        foreach (byte digit in text)
        {
            int number = digit - '0';
            if (number is < 0 or > 9 || value > (long.MaxValue - number) / 10)
                return false;
            value = (value * 10) + number;
        }
        return !text.IsEmpty;
    }

    /// <summary>Reads a time of a PAX header: seconds, perhaps negative, perhaps with a fraction, whose digits beyond nine are dropped.</summary>
    public static bool TryParseTime(ReadOnlySpan<byte> text, out long seconds, out int nanoseconds)
    {
        nanoseconds = 0;
        bool isNegative = text.StartsWith("-"u8);
        if (isNegative)
            text = text[1..];
        int point = text.IndexOf((byte)'.');
        ReadOnlySpan<byte> fraction = point < 0 ? default : text[(point + 1)..];
        if (!TryParseDecimal(point < 0 ? text : text[..point], out seconds) || fraction.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        for (int i = 0; i < 9; i++)
            nanoseconds = (nanoseconds * 10) + (i < fraction.Length ? fraction[i] - '0' : 0);
        if (isNegative)
        {
            // -1.25 seconds are -2 seconds and 0.75.
            seconds = nanoseconds == 0 ? -seconds : -seconds - 1;
            nanoseconds = nanoseconds == 0 ? 0 : 1_000_000_000 - nanoseconds;
        }
        return true;
    }

    private static bool TryParseOctal(ReadOnlySpan<byte> digits, out long value)
    {
        value = 0;
        foreach (byte digit in digits)
        {
            int number = digit - '0';
            if (number is < 0 or > 7 || value > long.MaxValue >> 3)
                return false;
            value = (value << 3) | (long)number;
        }
        return true;
    }

    private static bool TryParseBase256(ReadOnlySpan<byte> field, out long value)
    {
        bool isNegative = (field[0] & Base256Sign) != 0;
        value = isNegative ? -1 : 0;
        for (int i = 0; i < field.Length; i++)
        {
            // The mark counts as a copy of the sign.
            byte b = i > 0 ? field[i] : (byte)(isNegative ? field[0] | Base256Mark : field[0] & ~Base256Mark);
            if (value > long.MaxValue >> 8 || value < long.MinValue >> 8)
                return false;
            value = (value << 8) | b;
        }
        return true;
    }
}
