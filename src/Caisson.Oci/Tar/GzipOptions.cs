namespace Caisson.Oci.Tar;

/// <summary>How <see cref="GzipEncoderStream"/> compresses. Only <see cref="Level"/> changes the bytes.</summary>
public sealed record GzipOptions
{
    /// <summary>The level that only stores.</summary>
    public const int StoredLevel = 0;

    /// <summary>The fastest level that compresses.</summary>
    public const int FastestLevel = 1;

    /// <summary>The level used when none is asked for.</summary>
    public const int DefaultLevel = 6;

    /// <summary>The level that compresses best.</summary>
    public const int SmallestLevel = 9;

    /// <summary>From 0, stored, over 1, fastest, to 9, smallest. 0, 1, 2, 3–4, 5–6, 7–8 and 9 differ.</summary>
    public int Level { get; init; } = DefaultLevel;

    /// <summary>
    /// The most chunks that are compressed at the same time, 1 or more. Memory grows with it and with nothing else: half a
    /// MiB for each of this many chunks and three more, and as much again for each compressor.
    /// </summary>
    public int Parallelism { get; init; } = 1;
}
