namespace Caisson.Bench.Build.Peers;

/// <summary>Where the result of a build goes.</summary>
internal enum JobOutput
{
    /// <summary>The builder's own store.</summary>
    Store,

    /// <summary>An OCI archive whose layers are compressed.</summary>
    Archive,

    /// <summary>An OCI archive whose layers are not compressed.</summary>
    PlainArchive,
}
