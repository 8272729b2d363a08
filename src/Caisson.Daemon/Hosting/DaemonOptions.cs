using System.Collections.Immutable;

namespace Caisson.Daemon.Hosting;

/// <summary>How a daemon is reached.</summary>
public sealed record DaemonOptions
{
    /// <summary>Where it listens.</summary>
    public required ImmutableArray<DaemonAddress> Addresses { get; init; }

    /// <summary>The user whose its sockets are; null for its own.</summary>
    public uint? Owner { get; init; }

    /// <summary>The group whose members may connect to its sockets besides their owner; null for none.</summary>
    public uint? Group { get; init; }

    /// <summary>What is spoken at addresses of TCP; null for no TLS, which loopback addresses only may do without. Not disposed.</summary>
    public DaemonTls? Tls { get; init; }

    /// <summary>What all of its builds have.</summary>
    public BuildDefaults Builds { get; init; } = new();

    /// <summary>The rules by which it removes cache of its own accord, after builds, in order; none for no removal.</summary>
    public ImmutableArray<CacheRule> CacheRules { get; init; } = [];

    /// <summary>Takes what those who run it should know, a sentence at a time.</summary>
    public Action<string> Warn { get; init; } = static _ => { };

    /// <summary>What the daemon says of itself.</summary>
    public string Version { get; init; } = "0.0.0";

    /// <summary>What clients are told of the worker besides what it says of itself.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The name of this machine.</summary>
    public string HostName { get; init; } = "localhost";

    /// <summary>How many processors it may use.</summary>
    public int Processors { get; init; } = 1;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
