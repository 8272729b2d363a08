using System.Collections.Immutable;
using Caisson.Daemon.Proto.Control;
using Caisson.Daemon.Proto.Llb;

namespace Caisson.Daemon.Control;

/// <summary>What clients are told of what does the work.</summary>
/// <param name="facts">What the daemon is.</param>
/// <param name="platforms">The platforms whose programs run, that of the machine first.</param>
/// <param name="rules">The rules by which cache is removed.</param>
internal sealed class WorkerFacts(DaemonFacts facts, ImmutableArray<Oci.Model.Platform> platforms, ImmutableArray<GCPolicy> rules)
{
    /// <summary>The version of BuildKit whose requests are understood: clients decide by it what they ask for.</summary>
    public const string Version = "v0.25.0";

    /// <summary>The version, as messages have it.</summary>
    public BuildkitVersion BuildkitVersion() => new() { Package = "caisson", Version = Version, Revision = facts.Version, DockerfileVersion = "1.19.0" };

    // Its own ones may be set to something else, as with BuildKit.
    private ImmutableSortedDictionary<string, string> Labels => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["org.mobyproject.buildkit.worker.executor"] = "oci",
        ["org.mobyproject.buildkit.worker.hostname"] = facts.HostName,
        ["org.mobyproject.buildkit.worker.network"] = "host",
        ["org.mobyproject.buildkit.worker.snapshotter"] = "overlayfs",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal).SetItems(facts.Labels);

    /// <summary>What is said of it.</summary>
    public WorkerRecord Record() => new()
    {
        ID = facts.Id,
        Labels = { Labels },
        Platforms = { platforms.Select(static p => new Platform { OS = p.Os, Architecture = p.Architecture, Variant = p.Variant ?? "" }) },
        BuildkitVersion = BuildkitVersion(),
        GCPolicy = { rules },
    };
}
