using Caisson.Engine.Graph;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>What a plan depends on besides the Dockerfile.</summary>
internal sealed record PlannerOptions
{
    /// <summary>The platform that is built for.</summary>
    public required Platform Target { get; init; }

    /// <summary>The platform of this machine.</summary>
    public required Platform Build { get; init; }

    /// <summary>Whether programs of a platform can run here.</summary>
    public required Func<Platform, bool> CanRun { get; init; }

    /// <summary>The node of the build context.</summary>
    public required Operation Context { get; init; }

    /// <summary>The named contexts.</summary>
    public required IReadOnlyDictionary<string, NamedContext> NamedContexts { get; init; }

    /// <summary>The time that history and configuration carry.</summary>
    public required FileTime Time { get; init; }

    /// <summary>What the ids of cache mounts are looked up in; the same id in another namespace is another directory.</summary>
    public string CacheNamespace { get; init; } = "";
}
