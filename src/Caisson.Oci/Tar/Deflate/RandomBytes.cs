namespace Caisson.Oci.Tar.Deflate;

/// <summary>Tells bytes that no code can shorten, as far as their frequencies go: what is random, compressed or encrypted.</summary>
internal static class RandomBytes
{
    /// <summary>The bytes that are judged at once.</summary>
    public const int JudgedBytes = 8 * 1024;

    private const int StrideBytes = 512; // that of a tar's headers, which are anything but random
    private const int SampleBytes = 64;

    // The sum of the squares of 256 counts of 1024 bytes is 5116 on average for random ones, with a deviation of 90.
    private const int MostSquares = 5700;

    /// <summary>Whether the bytes look random. An eighth of them is looked at; what stands at any 512 bytes of them is seen.</summary>
    /// <param name="bytes">As many as are judged at once.</param>
    public static bool Look(ReadOnlySpan<byte> bytes)
    {
        Span<ushort> counts = stackalloc ushort[256];
        for (int start = 0; start + SampleBytes <= bytes.Length; start += StrideBytes)
        {
            foreach (byte value in bytes.Slice(start, SampleBytes))
                counts[value]++;
        }
        int squares = 0;
        foreach (ushort count in counts)
            squares += count * count;
        return squares <= MostSquares;
    }
}
