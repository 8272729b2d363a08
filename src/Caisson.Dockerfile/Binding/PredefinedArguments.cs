namespace Caisson.Dockerfile.Binding;

/// <summary>Build arguments that need no ARG.</summary>
public static class PredefinedArguments
{
    private static readonly string[] Proxies = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"];

    // Declared by ARG they steer the scan for a bill of materials and never reach a step.
    private static readonly string[] Hidden = ["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"];

    /// <summary>True for the names, in capitals or not, that set a proxy for all steps and are kept out of keys and history.</summary>
    public static bool IsProxy(string name) => Proxies.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>True for an argument that has a meaning although no ARG declares it.</summary>
    public static bool IsKnown(string name) =>
        IsProxy(name)
        || name == "SOURCE_DATE_EPOCH"
        || name.StartsWith("BUILDKIT_", StringComparison.Ordinal)
        || PlatformArguments.Names.Contains(name);

    /// <summary>True for an argument that, once declared, no step and no word sees.</summary>
    internal static bool IsHidden(string name) => Hidden.Contains(name);

    /// <summary>The proxy variables that given arguments set, each in capitals and in small letters; empty values set nothing.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> ProxyPairs(IEnumerable<KeyValuePair<string, string>> arguments)
    {
        KeyValuePair<string, string>[] given =
            [.. arguments.Where(static a => a.Value.Length > 0).OrderBy(static a => a.Key, StringComparer.Ordinal)];
        foreach (string name in Proxies)
        {
            string? value = given.LastOrDefault(a => a.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
            if (value is null)
                continue;
            yield return KeyValuePair.Create(name, value);
            yield return KeyValuePair.Create(name.ToLowerInvariant(), value);
        }
    }
}
