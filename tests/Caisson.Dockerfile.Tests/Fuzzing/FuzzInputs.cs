using System.Text;
using Caisson.Dockerfile.Tests.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Caisson.Dockerfile.Tests.Fuzzing;

/// <summary>What the fuzz targets are fed with: texts made of pieces of the language, real files with damage, and bytes that are no text.</summary>
internal static class FuzzInputs
{
    private const int MaxDamages = 12;

    private static readonly byte[][] RealFiles =
    [
        .. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Corpus")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
    ];

    private static readonly Gen<byte[]> Splinters = Gen.OneOf(
        Gen.Choose(0, 255).Select(static b => (byte)b).ArrayOf(),
        Properties.Dockerfiles.Generator.Select(Encoding.UTF8.GetBytes));

    /// <summary>Any of them, made smaller where one fails.</summary>
    public static Arbitrary<FuzzInput> Any { get; } = Arb.From(
        Gen.OneOf(Properties.Dockerfiles.Generator.Select(Encoding.UTF8.GetBytes), Gen.Elements(RealFiles).SelectMany(static file => Damaged(file, MaxDamages)), Splinters).Select(static b => new FuzzInput(b)),
        static input => Smaller(input.Bytes).Select(static b => new FuzzInput(b)));

    /// <summary>A short beginning, and a part to repeat behind it.</summary>
    public static Arbitrary<(string Head, string Part)> Repetitions { get; } = Gen
        .Zip(Properties.Dockerfiles.Generator.Select(static t => Cut(t, 40)), Properties.Dockerfiles.Generator.Select(static t => Cut(t, 12)))
        .Where(static pair => pair.Item2.Length > 0)
        .Select(static pair => (pair.Item1, pair.Item2))
        .ToArbitrary();

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..length];

    // Some bytes taken away or doubled, others put in: what half an edit, a bad merge or an attacker leaves.
    private static Gen<byte[]> Damaged(byte[] file, int damages) =>
        from count in Gen.Choose(0, damages)
        from places in Gen.Choose(0, int.MaxValue).ArrayOf(count)
        from lengths in Gen.Choose(0, 40).ArrayOf(count)
        from splinters in Splinters.ArrayOf(count)
        select Enumerable.Range(0, count).Aggregate(file, (bytes, i) => Damage(bytes, places[i], lengths[i], splinters[i]));

    private static byte[] Damage(byte[] bytes, int place, int length, byte[] splinter)
    {
        int at = bytes.Length == 0 ? 0 : place % bytes.Length;
        int end = Math.Min(bytes.Length, at + length);
        return (place % 3) switch
        {
            0 => [.. bytes[..at], .. bytes[end..]],
            1 => [.. bytes[..end], .. bytes[at..]],
            _ => [.. bytes[..at], .. splinter, .. bytes[at..]],
        };
    }

    private static IEnumerable<byte[]> Smaller(byte[] bytes)
    {
        for (int size = (bytes.Length + 1) / 2; size > 0; size /= 2)
        {
            for (int at = 0; at < bytes.Length; at += size)
                yield return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + size)..]];
        }
    }
}
