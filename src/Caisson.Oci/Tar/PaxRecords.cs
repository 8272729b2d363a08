using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;

namespace Caisson.Oci.Tar;

/// <summary>Collects the records of one PAX extended header: "length key=value\n", the length counting itself.</summary>
/// <remarks>POSIX.1-2017, pax, "pax Extended Header". The caller adds keys in the order of their bytes.</remarks>
internal sealed class PaxRecords
{
    private const int Punctuation = 3; // space, equals sign, line feed
    private const int MaxDigits = 20;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>All records so far.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    /// <summary>Forgets all records.</summary>
    public void Clear() => _bytes.ResetWrittenCount();

    /// <summary>Adds a record with a number.</summary>
    public void Add(string key, long value)
    {
        Span<byte> digits = stackalloc byte[MaxDigits];
        if (!Utf8Formatter.TryFormat(value, digits, out int count))
            throw new UnreachableException();
        Add(key, digits[..count]);
    }

    /// <summary>Adds a record with a point in time, in seconds and a fraction without trailing zeros.</summary>
    public void AddTime(string key, long seconds, int nanoseconds)
    {
        if (nanoseconds == 0)
        {
            Add(key, seconds);
            return;
        }
        // The fraction counts away from zero: -1.5 is two seconds before, and half a second back.
        string sign = seconds < 0 ? "-" : "";
        long whole = seconds < 0 ? -(seconds + 1) : seconds;
        int fraction = seconds < 0 ? 1_000_000_000 - nanoseconds : nanoseconds;
        string text = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{sign}{whole}.{fraction:D9}");
        Add(key, PathText.Encode(text.TrimEnd('0')));
    }

    /// <summary>Adds a record with any bytes.</summary>
    public void Add(string key, ReadOnlySpan<byte> value)
    {
        int keyBytes = PathText.GetByteCount(key);
        int rest = keyBytes + value.Length + Punctuation;
        int length = rest + DigitsOf(rest);
        if (DigitsOf(length) > DigitsOf(rest))
            length++;
        Span<byte> record = _bytes.GetSpan(length + MaxDigits);
        Utf8Formatter.TryFormat(length, record, out int at);
        record[at++] = (byte)' ';
        at += PathText.Encode(key, record[at..]);
        record[at++] = (byte)'=';
        value.CopyTo(record[at..]);
        record[at + value.Length] = (byte)'\n';
        _bytes.Advance(length);
    }

    private static int DigitsOf(int value)
    {
        int digits = 1;
        for (; value >= 10; value /= 10)
            digits++;
        return digits;
    }
}
