using System.Collections.Immutable;
using System.CommandLine;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary>The options of a build about what its steps find and may do, in the spelling of <c>docker buildx build</c>.</summary>
internal sealed class StepOptions
{
    private readonly Option<string[]> _allow = List("--allow", "ENTITLEMENT", "Grant steps what they ask for: network.host, security.insecure, device, or device=NAME[,alias=NAME]; may be repeated");
    private readonly Option<string?> _network = new("--network") { Description = "Network of steps that do not say: default, host (which grants network.host), gateway (HTTP and HTTPS through a proxy that records), or none", HelpName = "MODE" };
    private readonly Option<string[]> _hosts = List("--add-host", "NAME:ADDRESS", "Name that steps find in /etc/hosts; the address host-gateway is this machine; may be repeated");
    private readonly Option<string?> _sharedMemory = new("--shm-size") { Description = "Size of /dev/shm in steps, such as 256m. Default: 64m", HelpName = "SIZE" };
    private readonly Option<string[]> _limits = List("--ulimit", "NAME=SOFT[:HARD]", "Limit of a resource in steps, such as nofile=4096:8192; -1 is no limit; may be repeated");
    private readonly Option<string?> _controlGroup = new("--cgroup-parent") { Description = "Refused: steps have no control groups of their own", HelpName = "PATH" };
    private readonly Option<string[]> _fresh = List("--no-cache-filter", "STAGE[,STAGE]…", "Take no result of an earlier build for steps of these stages; may be repeated");
    private readonly Option<string[]> _labels = List("--label", "NAME=VALUE", "Label of the image, before those of the Dockerfile; may be repeated");
    private readonly Option<string[]> _devices = List("--cdi-spec-dir", "DIR", "Directory with descriptions of devices (CDI); may be repeated. Default: /etc/cdi and /var/run/cdi");

    /// <summary>The options to add to a command.</summary>
    public IEnumerable<Option> All => [_allow, _network, _hosts, _sharedMemory, _limits, _controlGroup, _fresh, _labels, _devices];

    /// <summary>A request with what the command line says.</summary>
    /// <exception cref="UsageException">An option is not understood.</exception>
    public BuildRequest Apply(ParseResult parsed, BuildRequest request)
    {
        if (parsed.GetValue(_controlGroup) is not null)
            throw new UsageException("--cgroup-parent: steps have no control groups of their own; to limit them all, start caisson in a group that is limited (systemd-run --scope)");
        string network = parsed.GetValue(_network) ?? "default";
        ImmutableArray<string> devices = [.. Values(parsed, _devices)];
        Entitlements entitlements = EntitlementOption.Read(Values(parsed, _allow));
        return request with
        {
            Entitlements = network == "host" ? entitlements with { HasHostNetwork = true } : entitlements,
            Network = StepValues.NetworkOf(network),
            ExtraHosts = [.. Values(parsed, _hosts).Select(StepValues.HostOf)],
            SharedMemoryBytes = parsed.GetValue(_sharedMemory) is { } size ? StepValues.SizeOf(size) : null,
            Limits = [.. Values(parsed, _limits).Select(StepValues.LimitOf)],
            FreshStages = [.. Values(parsed, _fresh).SelectMany(static v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
            Labels = ImmutableDictionary.CreateRange(StringComparer.Ordinal, Values(parsed, _labels).Select(LabelOf).Reverse().DistinctBy(static l => l.Key)),
            DeviceDirectories = devices.IsEmpty ? request.DeviceDirectories : devices,
        };
    }

    private static KeyValuePair<string, string> LabelOf(string value) => value.Split('=', 2) switch
    {
        [{ Length: > 0 } name, string text] => KeyValuePair.Create(name, text),
        [{ Length: > 0 } name] => KeyValuePair.Create(name, ""),
        _ => throw new UsageException($"--label {value}: write NAME=VALUE"),
    };

    private static Option<string[]> List(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName, DefaultValueFactory = static _ => [] };

    private static string[] Values(ParseResult parsed, Option<string[]> option) => parsed.GetValue(option) ?? [];
}
