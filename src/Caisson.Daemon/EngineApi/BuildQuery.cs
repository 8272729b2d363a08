using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Caisson.Daemon.Control;
using Caisson.Daemon.Hosting;
using Caisson.Engine;
using Caisson.Engine.Exporting;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Model;

namespace Caisson.Daemon.EngineApi;

/// <summary>The parameters of <c>POST /build</c>, as a build.</summary>
/// <param name="Request">The build; without what the client sends as the body.</param>
/// <param name="Names">The names that the image gets.</param>
/// <param name="Unused">What was asked for and is not done, in sentences.</param>
internal sealed record BuildQuery(BuildRequest Request, ImmutableArray<Reference> Names, ImmutableArray<string> Unused)
{
    private static readonly (string Parameter, string What)[] Resources =
    [
        ("memory", "--memory"), ("memswap", "--memory-swap"), ("cpushares", "--cpu-shares"), ("cpuquota", "--cpu-quota"), ("cpuperiod", "--cpu-period"), ("cpusetcpus", "--cpuset-cpus"),
        ("cpusetmems", "--cpuset-mems"), ("cgroupparent", "--cgroup-parent"),
    ];

    /// <summary>Whether nothing is said but the id.</summary>
    public bool IsQuiet { get; private init; }

    /// <summary>Whether the files come with the request.</summary>
    public bool HasBody => Request.Context.Location == BuildContext.StandardInput;

    /// <summary>Reads them.</summary>
    /// <exception cref="ApiException">One is wrong.</exception>
    public static BuildQuery Read(ApiRequest request, BuildDefaults defaults)
    {
        if (request.Json("outputs") is { ValueKind: JsonValueKind.Array } outputs && outputs.GetArrayLength() > 0)
            throw ApiException.Bad("outputs are written by BuildKit's clients: docker buildx build --output");
        if (request.Values("securityopt").Any())
            throw ApiException.Bad("security options are not supported on linux");
        ImmutableArray<Reference> names = [.. request.Values("t").Select(NameOf).Distinct()];
        ImmutableArray<string> unused = UnusedOf(request);
        if (request.Json("cachefrom") is { ValueKind: JsonValueKind.Array } from && from.GetArrayLength() > 0)
            unused = unused.Add("--cache-from is not needed: whatever was built here is found");
        string network = request.Value("networkmode") ?? "default";
        string dockerfile = request.Value("dockerfile") ?? "";
        string? remote = request.Value("remote");
        BuildRequest build = new()
        {
            Context = BuildContext.FromLocation(remote is null ? BuildContext.StandardInput : RemoteOf(remote)) with { IsClassic = true },
            DockerfilePath = dockerfile.Length == 0 || (dockerfile == "Dockerfile") ? null : ClientLocations.Dockerfile(dockerfile),
            Target = request.Value("target"),
            Arguments = ImmutableDictionary.CreateRange(StringComparer.Ordinal, request.Pairs("buildargs").Where(static a => a.Value is not null).Select(static a => KeyValuePair.Create(a.Key, a.Value!))),
            Labels = ImmutableDictionary.CreateRange(StringComparer.Ordinal, request.Pairs("labels").Select(static a => KeyValuePair.Create(a.Key, a.Value ?? ""))),
            Entitlements = defaults.Complete(Entitlements.None with { HasHostNetwork = network == "host" }),
            Network = NetworkOf(network),
            ExtraHosts = [.. request.Values("extrahosts").Select(HostOf)],
            SharedMemoryBytes = request.Number("shmsize") is > 0 and var size ? size : null,
            Limits = LimitsOf(request),
            Platforms = ApiPlatforms.One(request) is { } platform ? [platform] : [],
            UsesCache = !request.Flag("nocache"),
            IsSquashed = request.Flag("squash"),
            Pull = request.Flag("pull") ? PullPolicy.Always : PullPolicy.Missing,
            Credentials = HeaderCredentials.ReadAll(request),
            Exports = [new Export.Store(names)],
        };
        return new BuildQuery(defaults.DeviceDirectories is { } devices ? build with { DeviceDirectories = devices } : build, names, unused)
        {
            IsQuiet = request.Flag("q"),
        };
    }

    /// <summary>What both builders are asked for and do not do, in sentences.</summary>
    public static ImmutableArray<string> UnusedOf(ApiRequest request) =>
        [.. Resources.Where(r => request.Value(r.Parameter) is { } value && (IsName(r.Parameter) || value is not ("0" or "-1"))).Select(static r => $"{r.What} is not used: steps have no control groups of their own; limit the daemon")];

    // Their 0 is a name; of the others it is "no limit", which clients say always.
    private static bool IsName(string parameter) => parameter is "cpusetcpus" or "cpusetmems" or "cgroupparent";

    /// <summary>A name for an image.</summary>
    /// <exception cref="ApiException">It is none.</exception>
    public static Reference NameOf(string text)
    {
        Reference name = ImageRoutes.ParseName(text);
        return name.Digest is null ? name.WithDefaultTag() : throw ApiException.Bad("build tag cannot contain a digest");
    }

    private static string RemoteOf(string remote) => remote == "client-session"
        ? throw ApiException.Bad("the classic builder takes no files over a session; BuildKit does")
        : AddressOf(remote);

    /// <summary>The address of a context that is elsewhere. It is none of this machine: what a client may not read, the daemon could.</summary>
    /// <exception cref="ApiException">It is no address.</exception>
    public static string AddressOf(string remote)
    {
        if (!ClientLocations.IsAddress(remote))
            throw ApiException.Bad($"remoteURL ({remote}) could not be recognized as URL");
        return remote.StartsWith("github.com/", StringComparison.Ordinal) ? "https://" + remote : remote;
    }

    private static SandboxNetwork NetworkOf(string mode) => mode switch
    {
        "none" => SandboxNetwork.None,
        "default" or "bridge" or "host" => SandboxNetwork.Host,
        _ => throw ApiException.Bad($"network mode \"{mode}\" is not supported: there are default, host and none"),
    };

    /// <summary>A name for <c>/etc/hosts</c>.</summary>
    /// <exception cref="ApiException">It is none.</exception>
    public static ExtraHost HostOf(string text)
    {
        int separator = text.IndexOfAny(['=', ':']);
        string address = separator > 0 ? text[(separator + 1)..].Trim('[', ']') : "";
        if (address == "host-gateway")
            address = "127.0.0.1"; // steps share this machine's network
        return IPAddress.TryParse(address, out _) && !text.AsSpan(0, separator).ContainsAny(" \t\n") ? new ExtraHost(text[..separator], address) : throw ApiException.Bad($"bad format for add-host: \"{text}\"");
    }

    /// <summary>The limits of steps' resources.</summary>
    /// <exception cref="ApiException">One is not understood.</exception>
    public static ImmutableArray<ResourceLimit> LimitsOf(ApiRequest request)
    {
        if (request.Json("ulimits") is not { ValueKind: JsonValueKind.Array } limits)
            return [];
        ImmutableArray<ResourceLimit>.Builder read = ImmutableArray.CreateBuilder<ResourceLimit>();
        foreach (JsonElement limit in limits.EnumerateArray())
        {
            string? name = Field(limit, "Name", JsonValueKind.String)?.GetString()?.ToUpperInvariant();
            if (name is null || !ResourceLimits.Names.Contains(name) || Number(limit, "Soft") is not { } least || Number(limit, "Hard") is not { } most)
                throw ApiException.Bad($"error reading ulimit settings: {limit.GetRawText()}");
            read.Add(new ResourceLimit(name, NumberOf(least), NumberOf(most)));
        }
        return read.ToImmutable();
    }

    private static long? Number(JsonElement of, string name) => Field(of, name, JsonValueKind.Number) is { } field && field.TryGetInt64(out long number) ? number : null;

    private static JsonElement? Field(JsonElement of, string name, JsonValueKind kind) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement field) && field.ValueKind == kind ? field : null;

    private static ulong NumberOf(long value) => value < 0 ? ResourceLimit.Unlimited : (ulong)value;
}
