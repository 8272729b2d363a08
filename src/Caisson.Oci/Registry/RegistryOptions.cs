using System.Collections.Immutable;
using System.Net;

namespace Caisson.Oci.Registry;

/// <summary>Everything that a <see cref="RegistryClient"/> takes from its surroundings.</summary>
public sealed record RegistryOptions
{
    /// <summary>Where credentials come from. The default has none.</summary>
    public ICredentialSource Credentials { get; init; } = NoCredentials.Instance;

    /// <summary>Certificates in PEM that are trusted besides the system's, by registry host (with its port, as in a reference).</summary>
    public ImmutableDictionary<string, string> TrustedCertificates { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Certificates that are shown to servers that ask for one, by registry host (with its port, as in a reference).</summary>
    public ImmutableDictionary<string, CertificateAndKey> ClientCertificates { get; init; } = ImmutableDictionary<string, CertificateAndKey>.Empty;

    /// <summary>Registry hosts (with port, or *.DOMAIN) that may be spoken to without TLS. Loopback hosts always may.</summary>
    public ImmutableHashSet<string> InsecureRegistries { get; init; } = [];

    /// <summary>Where repositories are really read and written.</summary>
    public RegistrySettings Settings { get; init; } = RegistrySettings.None;

    /// <summary>Certificates in PEM that are trusted for every host besides the system's.</summary>
    public string? ExtraCertificates { get; init; }

    /// <summary>Whether nothing may be sent: every request is refused with <see cref="RegistryErrorKind.Offline"/>, before a socket is opened.</summary>
    public bool IsOffline { get; init; }

    /// <summary>The proxy, or null for direct connections. The environment is never asked.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>The <c>User-Agent</c> header.</summary>
    public string UserAgent { get; init; } = "caisson";

    /// <summary>How transient failures are tried again.</summary>
    public RetryPolicy Retry { get; init; } = new();

    /// <summary>Spreads the delays of retries; null gives the full delays.</summary>
    public Random? Jitter { get; init; }

    /// <summary>The clock and the timers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How long a connection may take to come about.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long nothing may move, in either direction, before a transfer counts as broken.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the body of an answer may take for each 4 KiB before the transfer counts as broken: some servers never fall quite silent.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Blobs that are downloaded at the same time from one host; further ones wait.</summary>
    public int MaxParallelDownloads { get; init; } = 8;

    /// <summary>Blobs that are uploaded at the same time, over all images.</summary>
    public int MaxParallelUploads { get; init; } = 4;

    /// <summary>Blobs up to this size are uploaded in one request; larger ones in chunks, so that a break loses one chunk at most.</summary>
    public long MaxSingleUploadBytes { get; init; } = 64L << 20;

    /// <summary>The size of a chunk; a registry may ask for larger ones.</summary>
    public long ChunkSizeBytes { get; init; } = 32L << 20;
}
