namespace Caisson.Oci.Tar.Deflate;

/// <summary>How <see cref="FastParser"/> trades size for time.</summary>
/// <param name="HashedBytes">The bytes that must agree for a position to be found: more are faster and find less.</param>
/// <param name="MissShift">The logarithm of the misses in a row after which one more position is skipped.</param>
/// <param name="RememberEnds">Whether the position before the end of a match is remembered too.</param>
/// <param name="SegmentBytes">The bytes between two looks at the block.</param>
internal sealed record FastSettings(int HashedBytes, int MissShift, bool RememberEnds, int SegmentBytes);
