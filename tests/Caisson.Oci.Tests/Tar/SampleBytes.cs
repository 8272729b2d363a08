using System.Text;

namespace Caisson.Oci.Tests.Tar;

/// <summary>Data to compress and to archive, the same in every run.</summary>
internal static class SampleBytes
{
    /// <summary>Bytes without any pattern (xorshift64*).</summary>
    public static byte[] Random(int length, ulong seed = 1)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
            bytes[i] = (byte)(Next(ref seed) >> 56);
        return bytes;
    }

    /// <summary>Bytes of which few differ, so that nearly everything is a short match.</summary>
    public static byte[] Letters(int length, int alphabet, ulong seed = 2)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
            bytes[i] = (byte)('a' + (int)((Next(ref seed) >> 40) % (ulong)alphabet));
        return bytes;
    }

    /// <summary>Something like the text of a configuration file.</summary>
    public static byte[] Text(int length, ulong seed = 3)
    {
        string[] words = ["layer", "digest", "sha256:", "usr", "/lib/", "x86_64-linux-gnu", " = ", "\n", "true", "0", "config", "[section]", "\t", "mount"];
        StringBuilder text = new();
        while (text.Length < length)
        {
            ulong next = Next(ref seed) >> 33;
            text.Append(next % 17 == 0 ? next.ToString(System.Globalization.CultureInfo.InvariantCulture) : words[next % (ulong)words.Length]);
        }
        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    /// <summary>Random bytes that repeat after a number of bytes.</summary>
    public static byte[] Periodic(int length, int period)
    {
        byte[] bytes = Random(length, (ulong)period + 7);
        for (int i = period; i < length; i++)
            bytes[i] = bytes[i - period];
        return bytes;
    }

    /// <summary>Bytes whose counts grow like Fibonacci's numbers, shuffled: the deepest Huffman tree there is.</summary>
    public static byte[] Fibonacci(int symbols)
    {
        List<byte> bytes = [];
        (int a, int b) = (1, 1);
        for (int symbol = 0; symbol < symbols; symbol++, (a, b) = (b, a + b))
            bytes.AddRange(Enumerable.Repeat((byte)(symbol * 7), a));
        return Shuffle([.. bytes]);
    }

    /// <summary>Every one of some bytes exactly so many times, in no order: all codes as long as each other.</summary>
    public static byte[] Shuffled(int alphabet, int times) => Shuffle([.. Enumerable.Range(0, alphabet * times).Select(i => (byte)(i % alphabet))]);

    /// <summary>Text, noise, zeros and repetitions in turn, like an archive of many kinds of files.</summary>
    public static byte[] Mixed(int length)
    {
        MemoryStream bytes = new();
        for (ulong i = 1; bytes.Length < length; i++)
        {
            bytes.Write(Text(3000 + (int)(i * 777 % 9000), i));
            bytes.Write(Random((int)(i * 1234 % 5000), i));
            bytes.Write(new byte[i * 300 % 4000]);
            bytes.Write(Letters((int)(i * 999 % 7000), 3 + (int)(i % 9), i));
        }
        return bytes.ToArray()[..length];
    }

    private static byte[] Shuffle(byte[] bytes)
    {
        ulong seed = 9;
        for (int i = bytes.Length - 1; i > 0; i--)
        {
            int j = (int)((Next(ref seed) >> 33) % (ulong)(i + 1));
            (bytes[i], bytes[j]) = (bytes[j], bytes[i]);
        }
        return bytes;
    }

    private static ulong Next(ref ulong state)
    {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        return state * 0x2545F4914F6CDD1D;
    }
}
