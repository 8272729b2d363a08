namespace Caisson.Engine.History;

/// <summary>The names of builds: eight letters and digits, of which a later build has the greater ones.</summary>
/// <remarks>The time in units of 1/32 second, in base 32 (RFC 4648, section 7, in small letters). Of two builds at one time, one takes the next name.</remarks>
internal static class BuildId
{
    /// <summary>So far ahead of the time names may be, when many builds begin at one time: an hour.</summary>
    public const long MostAhead = 3600 * UnitsPerSecond;

    private const int Length = 8;
    private const int BitsPerLetter = 5;
    private const int UnitsPerSecond = 32;
    private const string Letters = "0123456789abcdefghijklmnopqrstuv";

    private static readonly System.Buffers.SearchValues<char> Known = System.Buffers.SearchValues.Create(Letters);

    /// <summary>The number of a time.</summary>
    public static long NumberAt(DateTimeOffset time) => time.ToUnixTimeMilliseconds() * UnitsPerSecond / 1000;

    /// <summary>The name with a number.</summary>
    public static string Of(long number) => string.Create(Length, number, static (name, rest) =>
    {
        for (int i = name.Length - 1; i >= 0; i--)
        {
            name[i] = Letters[(int)(rest & ((1 << BitsPerLetter) - 1))];
            rest >>= BitsPerLetter;
        }
    });

    /// <summary>The number of a name.</summary>
    public static long NumberOf(string id) => id.Aggregate(0L, static (number, letter) => (number << BitsPerLetter) | (uint)Letters.IndexOf(letter, StringComparison.Ordinal));

    /// <summary>Whether a text is such a name.</summary>
    public static bool IsId(string text) => text.Length == Length && !text.AsSpan().ContainsAnyExcept(Known);
}
