using System.Collections.Immutable;
using Caisson.Daemon.Proto.Control;
using Caisson.Daemon.Proto.Llb;

namespace Caisson.Daemon.Control;

/// <summary>What clients are told of what does the work.</summary>
/// <param name="id">Names it.</param>
/// <param name="version">The version of Caisson.</param>
/// <param name="hostName">The name of this machine.</param>
/// <param name="platforms">The platforms whose programs run, that of the machine first.</param>
/// <param name="rules">The rules by which cache is removed.</param>
internal sealed class WorkerFacts(string id, string version, string hostName, ImmutableArray<Oci.Model.Platform> platforms, ImmutableArray<GCPolicy> rules)
{
    /// <summary>The version of BuildKit whose requests are understood: clients decide by it what they ask for.</summary>
    public const string Version = "v0.25.0";

    /// <summary>The version, as messages have it.</summary>
    public BuildkitVersion BuildkitVersion() => new() { Package = "caisson", Version = Version, Revision = version, DockerfileVersion = "1.19.0" };

    /// <summary>What is said of it.</summary>
    public WorkerRecord Record() => new()
    {
        ID = id,
        Labels = { ["org.mobyproject.buildkit.worker.executor"] = "oci", ["org.mobyproject.buildkit.worker.hostname"] = hostName, ["org.mobyproject.buildkit.worker.network"] = "host", ["org.mobyproject.buildkit.worker.snapshotter"] = "overlayfs" },
        Platforms = { platforms.Select(static p => new Platform { OS = p.Os, Architecture = p.Architecture, Variant = p.Variant ?? "" }) },
        BuildkitVersion = BuildkitVersion(),
        GCPolicy = { rules },
    };
}
