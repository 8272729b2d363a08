using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Engine.RemoteCaching;

/// <summary>A cache mount in the document of a cache.</summary>
/// <param name="Name">Names its directory on every machine (<see cref="Caching.CacheMountStore.NameOf"/>).</param>
/// <param name="Id">The id that Dockerfiles know it by.</param>
internal sealed record SharedMount(Digest Name, string Id)
{
    /// <summary>What was saved of it: archives, each with what changed since the one before.</summary>
    public required ImmutableArray<Descriptor> Changes { get; init; }

    /// <summary>The list of all that it held when it was last saved.</summary>
    public required Descriptor List { get; init; }

    /// <summary>Permission bits, owner and group of the directory itself.</summary>
    public required (int Mode, uint Uid, uint Gid) Own { get; init; }
}
