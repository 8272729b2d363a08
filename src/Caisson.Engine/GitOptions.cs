using System.Collections.Immutable;

namespace Caisson.Engine;

/// <summary>What git is given of the surroundings. It sees nothing else of them: neither configuration nor environment.</summary>
public sealed record GitOptions
{
    /// <summary>The variables that name proxies.</summary>
    public ImmutableSortedDictionary<string, string> ProxyEnvironment { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The user's list of known SSH hosts, which is read and not written; null when there is none.</summary>
    public string? KnownHostsPath { get; init; }

    /// <summary>The file of the system's trusted certificates, put beside those that are given for a host.</summary>
    public string? SystemCertificatesPath { get; init; } = "/etc/ssl/certs/ca-certificates.crt";
}
