using System.Collections.Immutable;

namespace Caisson.Oci.Tar;

/// <summary>Where a sparse file has data; checked when it is made.</summary>
internal sealed class SparseMap
{
    private SparseMap(ImmutableArray<TarSparseSegment> segments) => Segments = segments;

    /// <summary>The parts with data in their order, none of them empty or touching the end of the file from outside.</summary>
    public ImmutableArray<TarSparseSegment> Segments { get; }

    /// <summary>Checks a map as it stands in an archive: offsets and lengths in turn.</summary>
    /// <param name="numbers">The numbers, which may be anything.</param>
    /// <param name="realSize">The size of the file with its holes.</param>
    /// <param name="packedSize">The bytes of data in the archive, which the parts must add up to.</param>
    /// <param name="errors">Makes the exceptions.</param>
    public static SparseMap Create(List<long> numbers, long realSize, long packedSize, TarErrorContext errors)
    {
        if (numbers.Count % 2 != 0)
            throw errors.Malformed("the sparse map ends with an offset");
        ImmutableArray<TarSparseSegment>.Builder segments = ImmutableArray.CreateBuilder<TarSparseSegment>(numbers.Count / 2);
        long end = 0;
        long total = 0;
        for (int i = 0; i < numbers.Count; i += 2)
        {
            (long offset, long length) = (numbers[i], numbers[i + 1]);
            if (offset < end || length < 0 || length > realSize || offset > realSize - length)
                throw errors.Malformed("the parts of the sparse map overlap, are out of order or go beyond the file");
            end = offset + length;
            total += length;
            if (length > 0)
                segments.Add(new TarSparseSegment(offset, length));
        }
        if (total != packedSize)
            throw errors.Malformed($"the sparse map names {total} bytes of data, and the archive has {packedSize}");
        return new SparseMap(segments.DrainToImmutable());
    }
}
