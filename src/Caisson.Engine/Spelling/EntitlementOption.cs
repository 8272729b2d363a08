using Caisson.Dockerfile.Source;

namespace Caisson.Engine.Spelling;

/// <summary>The values of <c>--allow</c>.</summary>
public static class EntitlementOption
{
    private static readonly string[] Names = ["network.host", "security.insecure", "device"];

    /// <summary>What the values grant.</summary>
    /// <exception cref="UsageException">One is not understood.</exception>
    public static Entitlements Read(IEnumerable<string> values) => values.Aggregate(Entitlements.None, Add);

    private static Entitlements Add(Entitlements granted, string value) => value.Split('=', 2) switch
    {
        ["network.host"] => granted with { HasHostNetwork = true },
        ["security.insecure"] => granted with { HasInsecure = true },
        ["device"] or ["device", ""] => granted with { HasAllDevices = true },
        ["device", string device] => AddDevice(granted, device, value),
        _ => throw new UsageException($"--allow {value}: there is no such entitlement; {Suggestion.Hint(value, [.. Names]) ?? "they are " + string.Join(", ", Names)}"),
    };

    // NAME[,alias=USED]; the name holds a "=" of its own.
    private static Entitlements AddDevice(Entitlements granted, string device, string value)
    {
        string[] fields = device.Split(',');
        string used = fields[0];
        foreach (string field in fields.Skip(1))
            used = field.StartsWith("alias=", StringComparison.Ordinal) ? field["alias=".Length..] : throw new UsageException($"--allow {value}: \"{field}\" is not known here");
        return granted with { Devices = granted.Devices.SetItem(used, fields[0]) };
    }
}
