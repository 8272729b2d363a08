namespace Caisson.Oci.Tar;

/// <summary>What a layer's blob can be.</summary>
public enum LayerCodec
{
    /// <summary>The archive as it is.</summary>
    Uncompressed,

    /// <summary>gzip, RFC 1952.</summary>
    Gzip,

    /// <summary>Zstandard, RFC 8878.</summary>
    Zstd,

    /// <summary>eStargz: gzip in many members, with a table of contents, so that single files can be fetched.</summary>
    Stargz,
}
