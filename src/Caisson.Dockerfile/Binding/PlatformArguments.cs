using System.Collections.Immutable;

namespace Caisson.Dockerfile.Binding;

/// <summary>The platforms of a build, as the predefined arguments <c>BUILDPLATFORM</c>, <c>TARGETARCH</c> and so on tell them.</summary>
/// <param name="Build">The platform that steps run on: <c>os[(version)]/architecture[/variant]</c>.</param>
/// <param name="Target">The platform that is built for.</param>
public sealed record PlatformArguments(string Build, string Target)
{
    /// <summary>Built on and for linux/amd64.</summary>
    public static PlatformArguments Default { get; } = new("linux/amd64", "linux/amd64");

    /// <summary>Names of all predefined platform arguments.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        "BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT",
        "TARGETPLATFORM", "TARGETOS", "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE",
    ];

    /// <summary>Names and values, in the order of <see cref="Names"/>; without the one that names the target stage.</summary>
    internal IEnumerable<KeyValuePair<string, string>> ToPairs()
    {
        (string buildOs, string buildVersion, string buildRest) = Split(Build);
        return Pairs("BUILD", Build, $"{buildOs}/{buildRest}", buildVersion).Concat(Pairs("TARGET", Target, Target, Split(Target).Version));
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs(string prefix, string platform, string shown, string version)
    {
        (string os, _, string rest) = Split(platform);
        string[] parts = rest.Split('/', 2);
        yield return KeyValuePair.Create(prefix + "PLATFORM", shown);
        yield return KeyValuePair.Create(prefix + "OS", os);
        yield return KeyValuePair.Create(prefix + "OSVERSION", version);
        yield return KeyValuePair.Create(prefix + "ARCH", parts[0]);
        yield return KeyValuePair.Create(prefix + "VARIANT", parts.Length > 1 ? parts[1] : "");
    }

    private static (string Os, string Version, string Machine) Split(string platform)
    {
        int slash = platform.IndexOf('/', StringComparison.Ordinal);
        string os = slash < 0 ? platform : platform[..slash];
        string rest = slash < 0 ? "" : platform[(slash + 1)..];
        int open = os.IndexOf('(', StringComparison.Ordinal);
        return open < 0 ? (os, "", rest) : (os[..open], os[(open + 1)..].TrimEnd(')'), rest);
    }
}
