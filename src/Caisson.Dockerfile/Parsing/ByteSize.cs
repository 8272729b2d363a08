using System.Buffers;
using System.Globalization;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Sizes as <c>docker/go-units</c> reads memory: <c>512</c>, <c>64k</c>, <c>1.5g</c>, <c>1GiB</c>; powers of 1024.</summary>
public static class ByteSize
{
    private const string Units = "kmgtp";
    private static readonly SearchValues<char> NumberEnds = SearchValues.Create("0123456789. ");

    /// <summary>Reads a size.</summary>
    /// <param name="text">A number, with or without a fraction, and a unit.</param>
    /// <param name="bytes">The size in bytes, rounded down.</param>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        int last = text.AsSpan().LastIndexOfAny(NumberEnds);
        if (last < 0)
            return false;
        string number = text[last] == ' ' ? text[..last] : text[..(last + 1)];
        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        bool isNumber = double.TryParse(number, Style, CultureInfo.InvariantCulture, out double value);
        if (!isNumber || FactorOf(text[(last + 1)..].ToLowerInvariant()) is not { } factor || value * factor >= long.MaxValue)
            return false;
        bytes = (long)(value * factor);
        return true;
    }

    private static double? FactorOf(string suffix)
    {
        if (suffix is "" or "b")
            return 1;
        int unit = Units.IndexOf(suffix[0], StringComparison.Ordinal);
        bool isKnown = unit >= 0 && suffix[1..] is "" or "b" or "ib";
        return isKnown && unit >= 0 ? Math.Pow(1024, unit + 1) : null;
    }
}
