namespace Caisson.Oci.Tar.Deflate;

/// <summary>The numbers that DEFLATE fixes.</summary>
/// <remarks>RFC 1951, sections 3.2.5 to 3.2.7.</remarks>
internal static class DeflateFormat
{
    public const int WindowBytes = 32 * 1024;
    public const int MinMatch = 3;
    public const int MaxMatch = 258;
    public const int MaxStoredBytes = 65535;

    public const int LiteralSymbols = 286;
    public const int DistanceSymbols = 30;
    public const int LengthCodeSymbols = 19;
    public const int EndOfBlock = 256;
    public const int FirstLengthSymbol = 257;

    public const int MaxCodeBits = 15;
    public const int MaxLengthCodeBits = 7;

    /// <summary>The order in which a dynamic header sends the lengths of the code-length code.</summary>
    public static ReadOnlySpan<byte> LengthCodeOrder => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    /// <summary>The shortest match of each length symbol, counted from <see cref="FirstLengthSymbol"/>.</summary>
    public static ReadOnlySpan<ushort> LengthBase =>
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];

    /// <summary>The extra bits of each length symbol.</summary>
    public static ReadOnlySpan<byte> LengthExtraBits =>
        [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    /// <summary>The shortest distance of each distance symbol.</summary>
    public static ReadOnlySpan<ushort> DistanceBase =>
        [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];

    /// <summary>The extra bits of each distance symbol.</summary>
    public static ReadOnlySpan<byte> DistanceExtraBits =>
        [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];

    /// <summary>The lengths of the fixed literal and length code.</summary>
    public static byte[] FixedLiteralLengths()
    {
        byte[] lengths = new byte[288];
        lengths.AsSpan(0, 144).Fill(8);
        lengths.AsSpan(144, 112).Fill(9);
        lengths.AsSpan(256, 24).Fill(7);
        lengths.AsSpan(280, 8).Fill(8);
        return lengths;
    }

    /// <summary>The lengths of the fixed distance code.</summary>
    public static byte[] FixedDistanceLengths()
    {
        byte[] lengths = new byte[DistanceSymbols];
        Array.Fill(lengths, (byte)5);
        return lengths;
    }
}
