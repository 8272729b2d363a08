using Caisson.Oci.Tar.Deflate;

namespace Caisson.Oci.Tests.Tar;

public sealed class Crc32Tests
{
    [Fact]
    public void Check_value_of_the_polynomial() => Assert.Equal(0xCBF43926u, Crc32.Append(0, "123456789"u8));

    [Fact]
    public void Vector_and_portable_code_agree_at_every_length_and_offset()
    {
        byte[] bytes = SampleBytes.Random(2000);
        for (int length = 0; length < 700; length++)
        {
            ReadOnlySpan<byte> part = bytes.AsSpan(length % 17, length);
            Assert.Equal(Crc32.AppendPortable(0xDEADBEEF, part), Crc32.Append(0xDEADBEEF, part));
        }
    }

    [Fact]
    public void Continuing_gives_the_crc_of_the_whole()
    {
        byte[] bytes = SampleBytes.Random(5000);
        uint whole = Crc32.Append(0, bytes);
        for (int cut = 0; cut <= bytes.Length; cut += 131)
            Assert.Equal(whole, Crc32.Append(Crc32.Append(0, bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
    }

    [Fact]
    public void Combining_gives_the_crc_of_the_whole()
    {
        byte[] bytes = SampleBytes.Random(5000);
        uint whole = Crc32.Append(0, bytes);
        for (int cut = 0; cut <= bytes.Length; cut += 131)
            Assert.Equal(whole, Crc32.Combine(Crc32.Append(0, bytes.AsSpan(0, cut)), Crc32.Append(0, bytes.AsSpan(cut)), bytes.Length - cut));
    }

    [Fact]
    public void Combining_works_for_lengths_beyond_four_gibibytes()
    {
        // The CRC of 2^n zero bytes, doubled step by step, against one jump.
        uint zeros = Crc32.Append(0, [0]);
        uint doubled = zeros;
        long length = 1;
        for (int i = 0; i < 35; i++, length *= 2)
            doubled = Crc32.Combine(doubled, doubled, length);
        uint first = Crc32.Append(0, "start"u8);
        uint halves = Crc32.Combine(Crc32.Combine(first, HalfOf(length), length / 2), HalfOf(length), length / 2);
        Assert.Equal(halves, Crc32.Combine(first, doubled, length));

        uint HalfOf(long bytes)
        {
            uint crc = zeros;
            for (long l = 1; l < bytes / 2; l *= 2)
                crc = Crc32.Combine(crc, crc, l);
            return crc;
        }
    }
}
