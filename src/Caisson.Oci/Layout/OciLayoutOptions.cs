using Caisson.Oci.Model;

namespace Caisson.Oci.Layout;

/// <summary>How a layout is written.</summary>
public sealed record OciLayoutOptions
{
    /// <summary>Guards changes of the index against other processes; null when no other process writes to the layout.</summary>
    public AcquireLock? Lock { get; init; }

    /// <summary>
    /// Told of a blob before it is looked for or added, and whether it is added: whoever removes blobs must leave it alone from then on. Null when
    /// nobody removes any.
    /// </summary>
    public Action<Digest, bool>? Claim { get; init; }

    /// <summary>Whether files are flushed to disk before they get their names, so that they appear whole even after a power cut.</summary>
    public bool IsDurable { get; init; } = true;

    /// <summary>Blobs of an image that are copied at the same time.</summary>
    public int MaxParallelCopies { get; init; } = 4;
}
