using System.Collections.Immutable;

namespace Caisson.Oci.Registry;

/// <summary>What is set for the repositories whose names begin in one way.</summary>
/// <param name="Prefix">A host, or a host and a path, or <c>*.DOMAIN</c> for the hosts below a domain.</param>
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
        if (Prefix.StartsWith(AnySubdomain, StringComparison.Ordinal))
        {
            int end = name.IndexOf('/', StringComparison.Ordinal);
            string host = name[..(end < 0 ? name.Length : end)];
            return host.EndsWith(Prefix[1..], StringComparison.OrdinalIgnoreCase) ? host.Length : null;
        }
        bool begins = name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);
        return begins && (name.Length == Prefix.Length || name[Prefix.Length] == '/') ? Prefix.Length : null;
    }
}
