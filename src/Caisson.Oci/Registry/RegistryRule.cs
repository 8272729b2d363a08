using System.Collections.Immutable;

namespace Caisson.Oci.Registry;

/// <summary>What is set for the repositories whose names begin in one way.</summary>
/// <param name="Prefix">A host, or a host and a path, or either with <c>*.DOMAIN</c> for the hosts below a domain.</param>
/// <remarks>containers-registries.conf(5), <c>[[registry]]</c>.</remarks>
public sealed record RegistryRule(string Prefix)
{
    private const string AnySubdomain = "*.";

    /// <summary>What takes the place of the prefix; null leaves the name as it is.</summary>
    public string? Location { get; init; }

    /// <summary>Whether nothing may be read or written there.</summary>
    public bool IsBlocked { get; init; }

    /// <summary>Copies, asked in this order before the location itself.</summary>
    public ImmutableArray<RegistryMirror> Mirrors { get; init; } = [];

    /// <summary>How many characters of a name the prefix stands for; null when the rule is not about it.</summary>
    /// <param name="name">Host and path, without tag and digest.</param>
    internal int? MatchedLength(string name)
    {
        if (!Prefix.StartsWith(AnySubdomain, StringComparison.Ordinal))
            return Begins(name, Prefix) ? Prefix.Length : null;
        int hostLength = HostLength(name);
        int domainLength = HostLength(Prefix) - 1; // with its first dot
        if (!name[..hostLength].EndsWith(Prefix.Substring(1, domainLength), StringComparison.OrdinalIgnoreCase))
            return null;
        string path = Prefix[(1 + domainLength)..];
        return Begins(name[hostLength..], path) ? hostLength + path.Length : null;
    }

    private static bool Begins(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && (name.Length == prefix.Length || name[prefix.Length] == '/');

    private static int HostLength(string name) => name.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? slash : name.Length;
}
