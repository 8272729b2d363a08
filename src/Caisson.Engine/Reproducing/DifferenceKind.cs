namespace Caisson.Engine.Reproducing;

/// <summary>What kind of difference there is between a file of one build and the same of another.</summary>
internal enum DifferenceKind
{
    /// <summary>None of the others was seen: other content.</summary>
    Content,

    /// <summary>A time: of the file, or in it.</summary>
    TimeStamp,

    /// <summary>The same things in another order.</summary>
    Order,

    /// <summary>A path that was another one.</summary>
    EmbeddedPath,

    /// <summary>The host name.</summary>
    HostName,

    /// <summary>How many processors there were.</summary>
    Parallelism,

    /// <summary>Owner, group or mode.</summary>
    Owner,

    /// <summary>Something that is never the same: a random number, an id, a key.</summary>
    Random,

    /// <summary>One of the builds did not make it.</summary>
    OnlyInOne,
}
