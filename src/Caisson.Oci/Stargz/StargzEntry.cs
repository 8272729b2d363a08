using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Stargz;

/// <summary>One line of the table of contents: an entry of the archive, or a further chunk of the file before it.</summary>
/// <param name="entry">The entry; of a chunk, that of its file.</param>
/// <param name="chunkOffset">Where in the file's content the chunk begins.</param>
internal sealed class StargzEntry(TarEntry entry, long chunkOffset)
{
    public TarEntry Entry { get; } = entry;

    public long ChunkOffset { get; } = chunkOffset;

    /// <summary>Where in the blob the member of the chunk begins; known when it was written.</summary>
    public long Offset { get; set; }

    /// <summary>The bytes of the chunk; known when it is full.</summary>
    public int ChunkBytes { get; set; }

    /// <summary>The digest of the chunk; known when it was compressed.</summary>
    public Digest? ChunkDigest { get; set; }

    /// <summary>The digest of the whole file, where that is more than one chunk.</summary>
    public Digest? FileDigest { get; set; }

    /// <summary>Whether it is a chunk behind the first.</summary>
    public bool IsFurther => ChunkOffset > 0;
}
