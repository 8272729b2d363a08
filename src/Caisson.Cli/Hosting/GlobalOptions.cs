using System.CommandLine;

namespace Caisson.Cli.Hosting;

/// <summary>The options that every command has.</summary>
internal sealed class GlobalOptions
{
    /// <summary>Where the store is.</summary>
    public Option<string?> Root { get; } = new("--root")
    {
        Description = "Directory of the store. Default: $CAISSON_ROOT, else /var/lib/caisson for root and $XDG_DATA_HOME/caisson for others",
        HelpName = "DIR",
        Recursive = true,
    };

    /// <summary>Which runtime runs containers.</summary>
    public Option<string?> Runtime { get; } = new("--runtime")
    {
        Description = "OCI runtime that runs containers, a name or a path. Default: $CAISSON_RUNTIME, else crun, runc or youki, the first that is found",
        HelpName = "NAME",
        Recursive = true,
    };

    /// <summary>Registries without TLS.</summary>
    public Option<string[]> InsecureRegistries { get; } = new("--insecure-registry")
    {
        Description = "Registry that may be spoken to without TLS (host[:port]); loopback always may",
        HelpName = "HOST",
        Recursive = true,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = static _ => [],
    };

    /// <summary>Certificates of registries.</summary>
    public Option<string[]> RegistryCertificates { get; } = new("--registry-ca")
    {
        Description = "PEM file of certificates to trust for a registry, host=file; besides those under /etc/docker/certs.d/HOST and /etc/containers/certs.d/HOST",
        HelpName = "HOST=FILE",
        Recursive = true,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = static _ => [],
    };

    /// <summary>Certificates of every host.</summary>
    public Option<string[]> Certificates { get; } = new("--ca")
    {
        Description = "PEM file of certificates to trust for every registry and web server, besides those of the system; may be repeated",
        HelpName = "FILE",
        Recursive = true,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = static _ => [],
    };

    /// <summary>The configuration of registries.</summary>
    public Option<string?> RegistriesConfiguration { get; } = new("--registries-conf")
    {
        Description = "Configuration of registries: mirrors, other locations, what is blocked. Default: $CAISSON_REGISTRIES_CONF, else $XDG_CONFIG_HOME/caisson/registries.conf, else /etc/caisson/registries.conf",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>Whether the network is used.</summary>
    public Option<bool> Offline { get; } = new("--offline")
    {
        Description = "Use no network: what is not on this machine is refused, and the programs of steps see none",
        Recursive = true,
    };

    /// <summary>How large the store may be. Of commands that build, which add it themselves.</summary>
    public Option<string?> MaxSize { get; } = new("--max-size")
    {
        Description = "Size that the store may have before and after the build, such as 20g: what was not used for longest is removed. Default: $CAISSON_MAX_SIZE, else no limit",
        HelpName = "SIZE",
    };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [Root, Runtime, InsecureRegistries, RegistryCertificates, Certificates, RegistriesConfiguration, Offline];
}
