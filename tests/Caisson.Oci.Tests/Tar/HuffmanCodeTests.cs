using Caisson.Oci.Tar.Deflate;

namespace Caisson.Oci.Tests.Tar;

public sealed class HuffmanCodeTests
{
    [Fact]
    public void Lengths_are_those_of_an_optimal_code_when_no_limit_is_reached()
    {
        HuffmanCode code = new(6, DeflateFormat.MaxCodeBits);
        code.Build([45, 13, 12, 16, 9, 5]);
        Assert.Equal([1, 3, 3, 3, 4, 4], code.Lengths.Select(l => (int)l));
    }

    [Fact]
    public void Codes_follow_rfc1951_and_stand_with_their_first_bit_lowest()
    {
        // The example of RFC 1951, section 3.2.2: codes 010 011 100 101 110 00 1110 1111.
        HuffmanCode code = HuffmanCode.FromLengths([3, 3, 3, 3, 3, 2, 4, 4]);
        Assert.Equal([0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111], code.Codes.Select(c => (int)c));
    }

    [Theory]
    [InlineData(286, DeflateFormat.MaxCodeBits)]
    [InlineData(30, DeflateFormat.MaxCodeBits)]
    [InlineData(19, DeflateFormat.MaxLengthCodeBits)]
    public void Fibonacci_counts_respect_the_limit_and_fill_the_code(int symbols, int maxBits)
    {
        uint[] counts = new uint[symbols];
        (uint a, uint b) = (1, 1);
        for (int i = 0; i < Math.Min(symbols, 40); i++, (a, b) = (b, a + b))
            counts[i] = a;
        AssertComplete(counts, maxBits);
    }

    [Fact]
    public void Any_counts_give_a_complete_code_within_the_limit()
    {
        Random random = new(5);
        for (int round = 0; round < 500; round++)
        {
            uint[] counts = new uint[2 + random.Next(285)];
            int used = random.Next(counts.Length);
            for (int i = 0; i < used; i++)
                counts[random.Next(counts.Length)] = (uint)random.Next(1, 1 << random.Next(1, 18));
            AssertComplete(counts, DeflateFormat.MaxCodeBits);
        }
    }

    [Fact]
    public void Without_symbols_two_get_a_code() => AssertComplete(new uint[30], DeflateFormat.MaxCodeBits);

    private static void AssertComplete(uint[] counts, int maxBits)
    {
        HuffmanCode code = new(counts.Length, maxBits);
        code.Build(counts);
        double kraft = code.Lengths.Where(l => l > 0).Sum(l => Math.Pow(2, -l));
        Assert.Equal(1.0, kraft);
        Assert.True(code.Lengths.Max() <= maxBits);
        Assert.DoesNotContain(Enumerable.Range(0, counts.Length), i => counts[i] > 0 && code.Lengths[i] == 0);
    }
}
