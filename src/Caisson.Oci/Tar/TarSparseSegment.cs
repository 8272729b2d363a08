namespace Caisson.Oci.Tar;

/// <summary>A part of a sparse file that has data; what lies between two of them is a hole.</summary>
/// <param name="OffsetBytes">Where the part begins in the file.</param>
/// <param name="LengthBytes">How long it is, 1 or more.</param>
public readonly record struct TarSparseSegment(long OffsetBytes, long LengthBytes)
{
    /// <summary>Where the part ends in the file.</summary>
    public long EndBytes => OffsetBytes + LengthBytes;
}
