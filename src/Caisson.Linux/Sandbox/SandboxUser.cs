using System.Collections.Immutable;

namespace Caisson.Linux.Sandbox;

/// <summary>Who a container's program runs as, by number.</summary>
/// <param name="Uid">User id.</param>
/// <param name="Gid">Group id.</param>
/// <param name="AdditionalGids">Further groups, ascending.</param>
public sealed record SandboxUser(uint Uid, uint Gid, ImmutableArray<uint> AdditionalGids)
{
    /// <summary>User and group 0, no further groups.</summary>
    public static SandboxUser Root { get; } = new(0, 0, []);

    /// <summary>The home directory, for a program whose environment says nothing of <c>HOME</c>. Runtimes differ in what they give it else.</summary>
    public string Home { get; init; } = "/";
}
