using System.Collections.Immutable;
using System.Globalization;
using Caisson.Dockerfile.Syntax;
using Caisson.Engine;
using Caisson.Engine.Spelling;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Model;

namespace Caisson.Daemon.Control;

/// <summary>What clients tell the Dockerfile frontend (<c>dockerfile.v0</c>) of a build, by key.</summary>
/// <remarks>BuildKit's frontend/dockerui, "Config"; its keys are what <c>buildctl build --opt</c> and buildx send.</remarks>
internal sealed class FrontendAttributes(IReadOnlyDictionary<string, string> values)
{
    private const string ContextPrefix = "context:";
    private const string ProvenanceName = "provenance";

    // BuildKit's frontend/dockerfile/builder, "caps"; what follows a plus says only who else may know it.
    private static readonly string[] Capabilities = ["moby.buildkit.frontend.inputs", "moby.buildkit.frontend.subrequests", "moby.buildkit.frontend.contexts", "moby.buildkit.frontend.gitquerystring"];

    /// <summary>Nothing is told.</summary>
    public static FrontendAttributes None { get; } = new(ImmutableDictionary<string, string>.Empty);

    /// <summary>The request that is no build (<c>frontend.outline</c>, …); null for a build.</summary>
    public string? RequestId => Find("requestid");

    /// <summary>The name of the Dockerfile.</summary>
    public string FileName => Find("filename") ?? "Dockerfile";

    /// <summary>Where the build context is, when it is not with the client.</summary>
    public string? RemoteContext => Find(Find("contextkey") ?? "context");

    /// <summary>The directory that steps see in the place of a context, where that is not with the client; null for all of it.</summary>
    public string? ContextDirectory => Find("contextsubdir") is { Length: > 0 } directory ? directory : null;

    /// <summary>What the client calls the directory of the Dockerfile, when that is with the client although the context may not be; null when that is not said.</summary>
    public string? LocalDockerfile => Find("dockerfilekey");

    /// <summary>The named contexts. One with the name of the build context itself means nothing, as with BuildKit.</summary>
    public IEnumerable<KeyValuePair<string, string>> NamedContexts => WithPrefix(ContextPrefix).Where(static c => c.Key != "context");

    /// <summary>The session that has a directory, when it is another one than that of the build.</summary>
    public string? SessionOf(string local) => Find("local-sessionid:" + local);

    /// <summary>The key under which the daemon keeps a directory of the client; null when none is given.</summary>
    public string? SharedKeyOf(string local) => Find("sharedkey:localdir:" + local);

    /// <summary>The shared caches that the build looks into, as JSON; null when none are given.</summary>
    public string? CacheImports => Find("cache-imports");

    /// <summary>Names of images whose caches the build looks into.</summary>
    public string? CacheFrom => Find("cache-from");

    /// <summary>What is to be said of the result, as the values of <c>--attest type=provenance</c>; null when nothing is.</summary>
    public string? Provenance => Attestations.FirstOrDefault(static a => a.Key == ProvenanceName).Value;

    /// <summary>Whether the result is told apart by platform: when there are several, or when that is said.</summary>
    /// <exception cref="UsageException">What is said is neither yes nor no, or there are several and it says no.</exception>
    public bool IsMultiPlatform
    {
        get
        {
            bool hasSeveral = Platforms.Length > 1;
            string? said = Find("build-arg:BUILDKIT_MULTI_PLATFORM") is { Length: > 0 } argument ? argument : Find("multi-platform");
            if (string.IsNullOrEmpty(said))
                return hasSeveral;
            if (!Booleans.TryParse(said, out bool isTold))
                throw new UsageException($"invalid boolean value for multi-platform: {said}");
            return isTold || !hasSeveral ? isTold : throw new UsageException("conflicting config: returning multiple target platforms is not allowed");
        }
    }

    /// <summary>The platforms; none when none are given.</summary>
    /// <exception cref="UsageException">One is none.</exception>
    public ImmutableArray<Platform> Platforms => Find("platform") is not { Length: > 0 } text ? [] :
    [
        .. text.Split(',').Select(static t => Platform.TryParse(t, out Platform? platform) ? platform : throw new UsageException($"failed to parse target platform {t}")),
    ];

    /// <summary>A request with all that does not need the client.</summary>
    /// <exception cref="UsageException">A value is not understood.</exception>
    public BuildRequest Apply(BuildRequest request) => request with
    {
        Target = Find("target") is { Length: > 0 } target ? target : null,
        Arguments = WithPrefix("build-arg:").ToImmutableDictionary(StringComparer.Ordinal),
        Labels = WithPrefix("label:").ToImmutableDictionary(StringComparer.Ordinal),
        Platforms = Platforms,
        TellsPlatforms = IsMultiPlatform,
        UsesCache = Find("no-cache") is not "",
        FreshStages = [.. (Find("no-cache") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
        Pull = Find("image-resolve-mode") switch
        {
            null or "" or "default" or "local" => PullPolicy.Missing,
            "pull" => PullPolicy.Always,
            string other => throw new UsageException($"invalid image-resolve-mode: {other}"),
        },
        Network = Find("force-network-mode") switch
        {
            null or "" or "sandbox" or "host" => SandboxNetwork.Host,
            "none" => SandboxNetwork.None,
            string other => throw new UsageException($"invalid netmode {other}"),
        },
        HostName = Find("hostname") is { Length: > 0 } name ? name : null,
        ExtraHosts = [.. ListOf("add-hosts").Select(static h => StepValues.HostOf(h.ToLowerInvariant()))],
        SharedMemoryBytes = Find("shm-size") is { Length: > 0 } size and not "0"
            ? long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? bytes : throw new UsageException($"failed to parse shm size: {size}")
            : null,
        Limits = [.. ListOf("ulimit").Select(static l => StepValues.LimitOf(l))],
    };

    /// <summary>Attributes that cannot be met and that say something about the result: a build does not pass over them.</summary>
    /// <exception cref="UsageException">There is one.</exception>
    public void Refuse()
    {
        foreach ((string kind, _) in Attestations.Where(static a => a.Key != ProvenanceName))
        {
            throw new UsageException(kind == "sbom"
                ? "--sbom: Caisson runs no scanner images; leave --sbom away, and have the image scanned when it is built"
                : $"unknown attestation type \"{kind}\": there is {ProvenanceName}");
        }
        if (Find("override-copy-image") is { Length: > 0 } || (Find("build-arg:BUILDKIT_DISABLE_FILEOP") is { } old && IsTrue(old)))
            throw new UsageException("override-copy-image and BUILDKIT_DISABLE_FILEOP are of BuildKit before 0.11: files are copied without an image");
        if ((Find("frontend.caps") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static c => c.Split('+', 2)[0]).FirstOrDefault(static c => !Capabilities.Contains(c)) is { } capability)
            throw new UsageException($"unsupported frontend capability {capability}");
        if (Find("cgroup-parent") is { Length: > 0 })
            throw new UsageException("--cgroup-parent: steps have no control groups of their own; limit the daemon instead");
        foreach (string limit in (string[])["memory", "memswap", "cpushares", "cpuperiod", "cpuquota", "cpusetcpus", "cpusetmems"])
        {
            if (Find(limit) is { Length: > 0 })
                throw new UsageException($"{limit}: steps have no control groups of their own; limit the daemon instead");
        }
    }

    // As build arguments they are for clients that know nothing of them.
    private IEnumerable<KeyValuePair<string, string>> Attestations =>
        WithPrefix("attest:").Concat(WithPrefix("build-arg:BUILDKIT_ATTEST_")).Select(static a => KeyValuePair.Create(a.Key.ToLowerInvariant(), a.Value));

    private string? Find(string key) => values.GetValueOrDefault(key);

    private IEnumerable<KeyValuePair<string, string>> WithPrefix(string prefix) =>
        values.Where(v => v.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(v => KeyValuePair.Create(v.Key[prefix.Length..], v.Value));

    private List<string> ListOf(string key) => Find(key) is { Length: > 0 } text ? OptionList.Fields(text) : [];

    /// <summary>Whether a value says yes, as Go's <c>strconv.ParseBool</c> reads it.</summary>
    public static bool IsTrue(string text) => Booleans.TryParse(text, out bool isTrue) && isTrue;
}
