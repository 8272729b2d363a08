using System.Collections.Immutable;

namespace Caisson.Daemon.Hosting;

/// <summary>A registry of a <c>buildkitd.toml</c>.</summary>
/// <param name="Host">Host and optional port.</param>
public sealed record ConfiguredRegistry(string Host)
{
    /// <summary>Copies of it, asked first: host, optional port and optional path.</summary>
    public ImmutableArray<string> Mirrors { get; init; } = [];

    /// <summary>Whether it may be spoken to without TLS.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Files of certificates to trust for it.</summary>
    public ImmutableArray<string> Authorities { get; init; } = [];

    /// <summary>The certificate to show it, and its key; null for none.</summary>
    public (string Certificate, string Key)? Shown { get; init; }
}
