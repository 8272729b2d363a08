using System.Collections.Immutable;
using Caisson.Oci.Toml;

namespace Caisson.Daemon.Hosting;

/// <summary>What a <c>buildkitd.toml</c> says that means something here.</summary>
public sealed record DaemonConfiguration
{
    /// <summary>Nothing is set.</summary>
    public static DaemonConfiguration None { get; } = new();

    /// <summary>Where to listen.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>The files of mutual TLS: who signs for clients, the own certificate, its key; null when one is missing.</summary>
    public (string Authorities, string Certificate, string Key)? Tls { get; init; }

    /// <summary>The user whose the sockets are, by number; null for that of the daemon.</summary>
    public uint? Owner { get; init; }

    /// <summary>The group that may connect to sockets, by number; null for none.</summary>
    public uint? Group { get; init; }

    /// <summary>The directory of the store; null for the usual one.</summary>
    public string? Root { get; init; }

    /// <summary>Registries, as they are spoken to.</summary>
    public ImmutableArray<ConfiguredRegistry> Registries { get; init; } = [];

    /// <summary>
    /// What clients may grant: <c>network.host</c>, <c>security.insecure</c>, <c>device</c>. The first alone where nothing is said, as with Docker's engine:
    /// the network of steps that ask for none in particular is the machine's too.
    /// </summary>
    public ImmutableArray<string> Entitlements { get; init; } = ["network.host"];

    /// <summary>The rules by which cache is removed, in order.</summary>
    public ImmutableArray<CacheRule> CacheRules { get; init; } = [];

    /// <summary>How many programs of steps run at once; null for the usual number.</summary>
    public int? MaxRunningSteps { get; init; }

    /// <summary>How many builds the history keeps; null for the usual number.</summary>
    public int? HistoryMaxBuilds { get; init; }

    /// <summary>Where descriptions of devices are; null for the usual places.</summary>
    public ImmutableArray<string>? DeviceDirectories { get; init; }

    /// <summary>Devices that steps get without being granted them: <c>vendor.example/class=name</c>, or all of a class.</summary>
    public ImmutableArray<string> AllowedDevices { get; init; } = [];

    /// <summary>What clients are told of the worker besides what it says of itself.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>What was passed over, each with its place: <c>line:column: …</c>.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>The same, with paths that are relative to a directory made absolute.</summary>
    /// <param name="directory">That of the file.</param>
    public DaemonConfiguration Below(string directory)
    {
        string At(string path) => Path.GetFullPath(path, directory);
        return this with
        {
            Root = Root is null ? null : At(Root),
            Tls = Tls is { } tls ? (At(tls.Authorities), At(tls.Certificate), At(tls.Key)) : null,
            DeviceDirectories = DeviceDirectories is { } devices ? [.. devices.Select(At)] : null,
            Registries = [.. Registries.Select(r => r with { Authorities = [.. r.Authorities.Select(At)], Shown = r.Shown is { } shown ? (At(shown.Certificate), At(shown.Key)) : null })],
        };
    }

    /// <summary>Reads the text of a file.</summary>
    /// <exception cref="TomlException">It says something that cannot be read or meant.</exception>
    public static DaemonConfiguration Parse(string text) => new DaemonConfigurationReader().Read(TomlReader.Read(text));
}
